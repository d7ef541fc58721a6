import { expect, test } from "vitest";
import { arrowHead, clip, type Measure, pathThrough } from "./geometry";

const measure: Measure = (text) => text.length * 10;

test("cuts a text where it does not fit, and says so", () => {
  expect(clip("role", 40, "title", measure)).toBe("role");
  expect(clip("ecs-task-role", 60, "title", measure)).toBe("ecs-t…");
  expect(clip("ecs", 1, "title", measure)).toBe("e…");
});

test("goes from the first point to the last", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 5 },
    { x: 20, y: 5 },
    { x: 30, y: 0.25 },
  ];

  expect(pathThrough(points)).toBe("M0,0Q10,5 15,5Q20,5 30,0.3");
  expect(pathThrough(points.slice(0, 2))).toBe("M0,0L10,5");
  expect(pathThrough([])).toBe("");
});

test("points where the line ends", () => {
  const head = arrowHead(
    [
      { x: 0, y: 0 },
      { x: 20, y: 0 },
    ],
    8,
  );

  expect(head).toBe("M20,0L12,4L12,-4Z");
  expect(arrowHead([{ x: 0, y: 0 }])).toBe("");
});
