import { expect, it } from "vitest";
import { hubNow, learnClock } from "./clock";

it("follows a hub whose clock is far from this one's, and only then", () => {
  const now = Date.now();
  const at = (ahead: number) => new Date(now + ahead).toUTCString();

  expect(learnClock(null)).toBe(false);
  expect(learnClock("nonsense")).toBe(false);
  expect(learnClock(at(5_000), now)).toBe(false);
  expect(Math.abs(hubNow() - Date.now())).toBeLessThan(1_000);

  expect(learnClock(at(3_600_000), now)).toBe(true);
  expect(hubNow() - Date.now()).toBeGreaterThan(3_590_000);
  expect(learnClock(at(3_601_000), now)).toBe(false);

  expect(learnClock(at(0), now)).toBe(true);
  expect(Math.abs(hubNow() - Date.now())).toBeLessThan(1_000);
});
