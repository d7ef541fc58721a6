import { expect, test } from "vitest";
import { fitTo, neighbour, pan, reveal, zoom } from "./viewport";

const VIEW = { width: 1000, height: 500 };

test("fits a small drawing in the middle, somewhat larger", () => {
  expect(fitTo({ width: 400, height: 100 }, VIEW)).toEqual({ scale: 1.5, x: 200, y: 175 });
});

test("shrinks a large drawing no further than it can be read", () => {
  expect(fitTo({ width: 3000, height: 5000 }, VIEW)).toEqual({ scale: 0.5, x: 0, y: 0 });
});

test("shows the upper part of a long drawing in full width", () => {
  expect(fitTo({ width: 1250, height: 5000 }, VIEW)).toEqual({ scale: 0.8, x: 0, y: 0 });
});

test("zooms about the pointer", () => {
  const seen = zoom({ scale: 1, x: 0, y: 0 }, 2, 100, 50);

  expect(seen).toEqual({ scale: 2, x: -100, y: -50 });
});

test("never loses the drawing", () => {
  const seen = pan({ scale: 1, x: 0, y: 0 }, 5000, -5000, { width: 400, height: 300 }, VIEW);

  expect(seen).toEqual({ scale: 1, x: 920, y: -220 });
});

test("reveals what lies outside and leaves what is seen", () => {
  const seen = { scale: 1, x: 0, y: 0 };

  expect(reveal(seen, { x: 100, y: 100, width: 50, height: 50 }, VIEW)).toBe(seen);
  expect(reveal(seen, { x: 1200, y: 100, width: 50, height: 50 }, VIEW).x).toBe(-274);
});

test("goes to the nearest that lies ahead", () => {
  const places = [
    { id: "ahead", x: 100, y: 10 },
    { id: "aside", x: 50, y: 90 },
    { id: "behind", x: -10, y: 0 },
  ];

  expect(neighbour({ x: 0, y: 0 }, places, "right")).toBe("ahead");
  expect(neighbour({ x: 0, y: 0 }, places, "left")).toBe("behind");
  expect(neighbour({ x: 0, y: 0 }, places, "up")).toBeUndefined();
});
