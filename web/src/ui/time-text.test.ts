import { expect, it } from "vitest";
import { resolve } from "../time/range";
import { addressText, describe, fieldText, shifted, typedRange, zoomedOut } from "./time-text";

const at = (hour: number, day = 23) => String(new Date(2026, 10, day, hour).getTime());

it("says ranges in words", () => {
  expect(describe({ from: "now-1h", to: "now" })).toBe("Last 1 hour");
  expect(describe({ from: "now-30d", to: "now" })).toBe("Last 30 days");
  expect(describe({ from: "now/d", to: "now/d" })).toBe("Today");
  expect(describe({ from: "now-2h", to: "now-1h" })).toBe("now-2h to now-1h");
  expect(describe({ from: at(1), to: at(2) })).toBe("2026-11-23 01:00 to 02:00");
  expect(describe({ from: at(1), to: at(2, 24) })).toBe("2026-11-23 01:00 to 2026-11-24 02:00");
  expect(describe({ from: at(1), to: String(Number(at(1)) + 9000) })).toBe(
    "2026-11-23 01:00:00 to 01:00:09",
  );
  expect(describe({ from: "x", to: "y" })).toBe("x to y");
});

it("takes what people type", () => {
  expect(addressText("6h")).toBe("now-6h");
  expect(addressText(" now ")).toBe("now");
  expect(addressText("2026-11-23 01:00")).toBe(at(1));
  expect(addressText("soon")).toBeUndefined();
  expect(fieldText(at(1))).toBe("2026-11-23 01:00:00");
  expect(fieldText("now-6h")).toBe("now-6h");
});

it("says what is wrong with a range", () => {
  expect(typedRange("6h", "now", 1e9)).toEqual({ from: "now-6h", to: "now" });
  expect(typedRange("soon", "now", 1e9)).toMatch(/"soon" cannot be read/);
  expect(typedRange("now", "6h", 1e9)).toMatch(/ends before/);
});

it("moves and grows within what has been", () => {
  const at = (start: number, end: number) => ({ start: 1e9 + start, end: 1e9 + end });
  expect(shifted(at(100, 200), -1, 1e9 + 1000)).toEqual(at(50, 150));
  expect(shifted(at(100, 200), 1, 1e9 + 220)).toEqual(at(120, 220));
  expect(shifted(at(100, 200), 1, 1e9 + 150)).toEqual(at(100, 200));
  expect(zoomedOut(at(100, 200), 1e9 + 1000)).toEqual(at(50, 250));
  expect(zoomedOut(at(900, 1000), 1e9 + 1000)).toEqual(at(800, 1000));
});

it("grows to no range that an address cannot have", () => {
  const now = 1.79e9;
  let range = { start: now - 3600, end: now };
  for (let i = 0; i < 30; i++) range = zoomedOut(range, now);
  const text = (seconds: number) => String(Math.round(seconds * 1000));
  expect(resolve({ from: text(range.start), to: text(range.end) }, now)).toEqual(range);
});
