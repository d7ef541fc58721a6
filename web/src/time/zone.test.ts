import { afterEach, expect, it } from "vitest";
import { formatTime, formatTimeTicks } from "../format/time";
import { parseInstant, resolve } from "./range";
import { chooseZone, instantOf, wallClock, zoneName } from "./zone";

// At this instant it is the day before in New York.
process.env.TZ = "America/New_York";
const at = Date.UTC(2026, 6, 15, 2, 30);

afterEach(() => chooseZone("local"));

it("shows and reads the browser's clock until another is chosen", () => {
  expect(zoneName()).toBe("America/New_York");
  expect(formatTime(at / 1000)).toBe("2026-07-14 22:30:00");
  expect(parseInstant("2026-07-14 22:30", 0)).toBe(at / 1000);
  expect(wallClock(at).toISOString()).toBe("2026-07-14T22:30:00.000Z");
  expect(instantOf(2026, 6, 14, 22, 30)).toBe(at);
});

it("shows and reads UTC when that is chosen", () => {
  chooseZone("utc");

  expect(zoneName()).toBe("UTC");
  expect(formatTime(at / 1000)).toBe("2026-07-15 02:30:00");
  expect(formatTimeTicks([at / 1000], 3600)).toEqual(["02:30"]);
  expect(parseInstant("2026-07-15 02:30", 0)).toBe(at / 1000);
  expect(parseInstant("2026-07-14T22:30-04:00", 0)).toBe(at / 1000);
  expect(instantOf(2026, 6, 15, 2, 30)).toBe(at);
});

it("has the days of the chosen zone", () => {
  const today = { from: "now/d", to: "now" };
  expect(resolve(today, at / 1000)?.start).toBe(Date.UTC(2026, 6, 14, 4) / 1000);
  chooseZone("utc");
  expect(resolve(today, at / 1000)?.start).toBe(Date.UTC(2026, 6, 15) / 1000);
});

it("keeps days whole where the clock is put back", () => {
  const autumn = Date.UTC(2026, 10, 1, 18) / 1000; // 13:00 in New York, put back at 02:00
  const day = resolve({ from: "now/d", to: "now/d" }, autumn);
  expect((day?.end ?? 0) - (day?.start ?? 0)).toBeCloseTo(25 * 3600, 1);
});
