import { expect, it } from "vitest";
import { align, parseDuration, parseInstant, resolve, stepFor } from "./range";

const NOW = new Date(2026, 6, 15, 13, 45, 30).getTime() / 1000; // a Wednesday
const local = (...of: [number, number, number, number?, number?]) =>
  new Date(...of).getTime() / 1000;

it("reads durations as Prometheus writes them", () => {
  expect(parseDuration("1h30m")).toBe(5400);
  expect(parseDuration("250ms")).toBe(0.25);
  expect(parseDuration("1h 30m")).toBeUndefined();
  expect(parseDuration("")).toBeUndefined();
});

it("reads instants as Grafana writes them", () => {
  expect(parseInstant("now", NOW)).toBe(NOW);
  expect(parseInstant("now-6h", NOW)).toBe(NOW - 21_600);
  expect(parseInstant("now+1m", NOW)).toBe(NOW + 60);
  expect(parseInstant("1700000000000", NOW)).toBe(1_700_000_000);
  expect(parseInstant("2026-01-02T03:04:05Z", NOW)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
  expect(parseInstant(" 2026-01-02 03:04:05 ", NOW)).toBe(local(2026, 0, 2, 3, 4) + 5);
  expect(parseInstant("2026-01-02", NOW)).toBe(local(2026, 0, 2));
});

it("refuses what is no instant", () => {
  for (const text of [
    "",
    "yesterday",
    "now-",
    "now-x",
    "now/x",
    "2026",
    "12",
    "2026-13-45",
    "nowd",
  ])
    expect(parseInstant(text, NOW), text).toBeUndefined();
});

it("rounds to the calendar, the end of a range up", () => {
  const today = resolve({ from: "now/d", to: "now/d" }, NOW);
  const yesterday = resolve({ from: "now-1d/d", to: "now-1d/d" }, NOW);

  expect(today?.start).toBe(local(2026, 6, 15));
  expect(today?.end).toBeCloseTo(local(2026, 6, 16), 1);
  expect(yesterday?.start).toBe(local(2026, 6, 14));
  expect(parseInstant("now/w", NOW)).toBe(local(2026, 6, 13));
  expect(parseInstant("now/M", NOW)).toBe(local(2026, 6, 1));
  expect(parseInstant("now/y", NOW)).toBe(local(2026, 0, 1));
  expect(parseInstant("now/h", NOW)).toBe(local(2026, 6, 15, 13));
});

it("goes back by months of the calendar", () => {
  const lastMonth = resolve({ from: "now-1M/M", to: "now-1M/M" }, NOW);
  expect(lastMonth?.start).toBe(local(2026, 5, 1));
  expect(lastMonth?.end).toBeCloseTo(local(2026, 6, 1), 1);
  const lastOfMarch = local(2026, 2, 31, 12);
  expect(parseInstant("now-1M", lastOfMarch)).toBe(local(2026, 1, 28, 12));
});

it("has no empty or reversed range", () => {
  expect(resolve({ from: "now", to: "now" }, NOW)).toBeUndefined();
  expect(resolve({ from: "now", to: "now-1h" }, NOW)).toBeUndefined();
  expect(resolve({ from: "x", to: "now" }, NOW)).toBeUndefined();
});

it("chooses round steps and aligns to them", () => {
  expect(stepFor({ start: 0, end: 3600 }, 240)).toBe(15);
  expect(stepFor({ start: 0, end: 3600 }, 240, 60)).toBe(60);
  expect(stepFor({ start: 0, end: 86_400 * 3000 }, 1000)).toBe(86_400 * 3);
  expect(align({ start: 61, end: 125 }, 60)).toEqual({ start: 60, end: 120 });
});
