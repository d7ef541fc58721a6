import { expect, test } from "vitest";
import { isolated, nearestFirst, prepare, summarize } from "./prepare";

const linear = { stacked: false, logarithmic: false };
const stacked = { stacked: true, logarithmic: false };

test("what has no place on the axis is a gap", () => {
  const values = [1, Number.NaN, Number.POSITIVE_INFINITY, 0, -1, null];

  expect(prepare([values], [true], linear).drawn[0]).toEqual([1, null, null, 0, -1, null]);
  expect(prepare([values], [true], { stacked: false, logarithmic: true }).drawn[0]).toEqual([
    1,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("values that can be drawn as they are, are not copied", () => {
  const values = [1, null, 2];

  expect(prepare([values], [true], linear).drawn[0]).toBe(values);
});

test("a sample without neighbours is found at both ends and between", () => {
  expect(isolated([1, null, 2, 3, null, 4, null, 5])).toEqual([0, 5, 7]);
  expect(isolated([1])).toEqual([0]);
  expect(isolated([])).toEqual([]);
});

test("stacked series are sums of those below; a gap under others is of no height", () => {
  const { drawn, bands } = prepare(
    [
      [1, 1],
      [2, null],
      [4, 4],
    ],
    [true, true, true],
    stacked,
  );

  expect(drawn).toEqual([
    [1, 1],
    [3, 1],
    [7, 5],
  ]);
  expect(bands).toEqual([
    [1, 0, 1],
    [2, 1, 1],
  ]);
});

test("a stack ends where nothing goes on above", () => {
  const series = [
    [1, null, null],
    [2, 2, null],
  ];
  expect(prepare(series, [true, true], stacked).drawn).toEqual([
    [1, 0, null],
    [3, 2, null],
  ]);
  expect(prepare(series, [true, false], stacked).drawn[0]).toEqual([1, null, null]);
});

test("a stack downwards is one, also where it begins at zero", () => {
  const { bands } = prepare(
    [
      [0, -1],
      [0, -3],
    ],
    [true, true],
    stacked,
  );
  expect(bands).toEqual([[1, 0, -1]]);
});

test("series below zero are stacked downwards by themselves", () => {
  const { drawn, bands } = prepare([[1], [-2], [3], [-4]], [true, true, true, true], stacked);

  expect(drawn.map(([first]) => first)).toEqual([1, -2, 4, -6]);
  expect(bands).toEqual([
    [2, 0, 1],
    [3, 1, -1],
  ]);
});

test("a hidden series leaves the stack", () => {
  const { drawn, bands } = prepare([[1], [2], [4]], [true, false, true], stacked);

  expect(drawn[2]).toEqual([5]);
  expect(bands).toEqual([[2, 0, 1]]);
});

test("a summary counts NaN for the last value alone", () => {
  expect(summarize([1, 3, null, Number.NaN])).toEqual({
    last: Number.NaN,
    min: 1,
    max: 3,
    mean: 2,
  });
  expect(summarize([null])).toEqual({ last: null, min: null, max: null, mean: null });
});

test("the nearest come first, what is not drawn last; hidden ones and gaps do not come", () => {
  const series = [[5], [1], [null], [Number.NaN], [2]];
  const drawn = [[5], [1], [null], [null], [2]];
  const distance = (value: number) => Math.abs(value - 1.4);
  const all = [true, true, true, true, true];

  expect(nearestFirst(series, drawn, all, 0, distance)).toEqual([1, 4, 0, 3]);
  expect(nearestFirst(series, drawn, [true, false, true, true, true], 0, distance)).toEqual([
    4, 0, 3,
  ]);
});
