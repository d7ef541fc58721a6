import { expect, test } from "vitest";
import { newRow, rowsOf, withText, writtenOf } from "./use-rows";

test("rows and what the address has of them are the same", () => {
  const written = { expressions: ["a", "", "b"], off: [2] };

  expect(writtenOf(rowsOf(written))).toEqual(written);
});

test("rows keep who they are, and their editors' text where it is the same", () => {
  const before = rowsOf({ expressions: ["a", "b"], off: [] });
  const after = rowsOf({ expressions: ["a", "c", "d"], off: [0] }, before);

  expect(after.slice(0, 2).map((row) => row.id)).toEqual(before.map((row) => row.id));
  expect(after[0]?.revision).toBe(before[0]?.revision);
  expect(after[1]?.revision).not.toBe(before[1]?.revision);
  expect(after[2]?.id).not.toBe(after[1]?.id);
});

test("a text from elsewhere is told to the editor, the same one is not", () => {
  const row = newRow("a");

  expect(withText(row, "a")).toBe(row);
  expect(withText(row, "b").revision).not.toBe(row.revision);
});
