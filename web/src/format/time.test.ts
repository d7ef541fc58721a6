import { expect, test } from "vitest";
import { formatIso, formatTime, formatTimeTicks } from "./time";

const noon = new Date(2026, 10, 23, 12, 0, 0).getTime() / 1000;
const midnight = new Date(2026, 10, 24, 0, 0, 0).getTime() / 1000;

test("an instant has its date, its seconds and no more milliseconds than it needs", () => {
  expect(formatTime(noon)).toBe("2026-11-23 12:00:00");
  expect(formatTime(noon + 0.25)).toBe("2026-11-23 12:00:00.250");
  expect(formatTime(Number.NaN)).toBe("NaN");
  expect(formatIso(0)).toBe("1970-01-01T00:00:00.000Z");
});

test("ticks show what differs between them, and the day at midnight", () => {
  expect(formatTimeTicks([noon, noon + 0.5], 0.5)).toEqual(["12:00:00.000", "12:00:00.500"]);
  expect(formatTimeTicks([noon, noon + 15], 15)).toEqual(["12:00:00", "12:00:15"]);
  expect(formatTimeTicks([noon, midnight], 43_200)).toEqual(["12:00", "11-24"]);
  expect(formatTimeTicks([midnight], 86_400)).toEqual(["11-24"]);
  expect(formatTimeTicks([midnight], 31 * 86_400)).toEqual(["2026-11"]);
});
