import { expect, test } from "vitest";
import { ALL_VISIBLE, isVisible, solo, toggle, visibleOf } from "./visibility";

test("a series is hidden and shown again", () => {
  const hidden = toggle(ALL_VISIBLE, "a");

  expect(isVisible(hidden, "a")).toBe(false);
  expect(isVisible(hidden, "b")).toBe(true);
  expect(isVisible(toggle(hidden, "a"), "a")).toBe(true);
});

test("solo shows one, twice shows all; others can be added", () => {
  const alone = solo(ALL_VISIBLE, "a");
  const both = toggle(alone, "b");

  expect(isVisible(alone, "a")).toBe(true);
  expect(isVisible(alone, "new")).toBe(false);
  expect(solo(alone, "a")).toBe(ALL_VISIBLE);
  expect(isVisible(both, "a") && isVisible(both, "b")).toBe(true);
});

test("the last one that is taken away brings all back", () => {
  expect(toggle(solo(ALL_VISIBLE, "a"), "a")).toBe(ALL_VISIBLE);
});

test("where none that was picked is left, all are shown", () => {
  const alone = solo(ALL_VISIBLE, "a");

  expect(visibleOf(alone, ["a", "b"])).toEqual([true, false]);
  expect(visibleOf(alone, ["c", "d"])).toEqual([true, true]);
  expect(visibleOf(toggle(ALL_VISIBLE, "c"), ["c"])).toEqual([false]);
});
