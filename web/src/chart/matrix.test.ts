import { expect, test } from "vitest";
import { alignValues, gridOf, parseSample } from "./matrix";

test("values of samples are read as Prometheus writes them", () => {
  expect(parseSample("1.5e3")).toBe(1500);
  expect(parseSample("NaN")).toBeNaN();
  expect(parseSample("+Inf")).toBe(Number.POSITIVE_INFINITY);
  expect(parseSample("-Inf")).toBe(Number.NEGATIVE_INFINITY);
});

test("the grid has both ends and does not drift", () => {
  expect(gridOf({ start: 0, end: 1 }, 0.1)).toEqual([
    0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
  ]);
  expect(gridOf({ start: 100, end: 100 }, 15)).toEqual([100]);
  expect(gridOf({ start: 100, end: 129 }, 15)).toEqual([100, 115]);
});

test("a series has null where it has no sample", () => {
  const item = {
    metric: {},
    values: [
      [115, "2"],
      [130, "NaN"],
    ] as [number, string][],
  };

  expect(alignValues(item, { start: 100, end: 145 }, 15)).toEqual([null, 2, Number.NaN, null]);
  expect(alignValues({ metric: {} }, { start: 0, end: 15 }, 15)).toEqual([null, null]);
});
