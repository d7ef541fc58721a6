import { expect, it } from "vitest";
import { arrange, nextSort, windowOf } from "./table-rows";

interface Row {
  name: string;
  rate: number;
}
const name = { id: "name", value: (row: Row) => row.name };
const rate = { id: "rate", value: (row: Row) => row.rate, numeric: true };
const rows: Row[] = [
  { name: "task-10", rate: 5 },
  { name: "task-9", rate: Number.NaN },
  { name: "Other", rate: 100 },
  { name: "task-1", rate: 20 },
];
const names = (sort?: { id: string; descending?: boolean }, text = "") =>
  arrange([name, rate], rows, sort, text).map((row) => row.name);

it("leaves rows as they come where nobody sorts", () => {
  expect(names()).toEqual(["task-10", "task-9", "Other", "task-1"]);
});

it("sorts numbers by value with NaN last, and names as people count", () => {
  expect(names({ id: "rate", descending: true })).toEqual(["Other", "task-1", "task-10", "task-9"]);
  expect(names({ id: "rate" })).toEqual(["task-10", "task-1", "Other", "task-9"]);
  expect(names({ id: "name" })).toEqual(["Other", "task-1", "task-9", "task-10"]);
});

it("filters by text in any column", () => {
  expect(names(undefined, " TASK-1 ")).toEqual(["task-10", "task-1"]);
  expect(names(undefined, "100")).toEqual(["Other"]);
  expect(names(undefined, "[")).toEqual([]);
});

it("turns the order round at the second click", () => {
  expect(nextSort(undefined, rate)).toEqual({ id: "rate", descending: true });
  expect(nextSort({ id: "rate", descending: true }, rate)).toEqual({
    id: "rate",
    descending: false,
  });
  expect(nextSort({ id: "rate" }, name)).toEqual({ id: "name", descending: false });
});

it("draws the rows in sight and some around", () => {
  const view = { height: 280, rowHeight: 28 };

  expect(windowOf({ ...view, scrollTop: 0 }, 1000)).toEqual({ from: 0, to: 30 });
  expect(windowOf({ ...view, scrollTop: 28_000 - 280 }, 1000)).toEqual({ from: 970, to: 1000 });
  expect(windowOf({ ...view, scrollTop: 2800 }, 1000)).toEqual({ from: 90, to: 120 });
  expect(windowOf({ ...view, scrollTop: 99_999 }, 5)).toEqual({ from: 0, to: 5 });
});
