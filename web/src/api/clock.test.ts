import { expect, it } from "vitest";
import { hubNow, learnClock, offsetMs } from "./clock";

it("follows a hub whose clock is far from this one's, and only then", () => {
  const now = Date.now();
  const at = (ahead: number) => new Date(now + ahead).toUTCString();

  learnClock(null);
  learnClock("nonsense");
  learnClock(at(5_000), now);
  expect(Math.abs(hubNow() - Date.now())).toBeLessThan(1_000);

  learnClock(at(3_600_000), now);
  expect(hubNow() - Date.now()).toBeGreaterThan(3_590_000);
  const found = offsetMs.value;
  learnClock(at(3_601_000), now);
  expect(offsetMs.value).toBe(found);

  learnClock(at(0), now);
  expect(Math.abs(hubNow() - Date.now())).toBeLessThan(1_000);
});

it("is set once by a hub that is ahead by as much as is just not tolerated", () => {
  let changes = -1;
  const stop = offsetMs.subscribe(() => changes++);
  // Date has whole seconds: 30.4 s ahead is told as 30 or as 31.
  for (let i = 0; i < 200; i++) {
    const received = Date.UTC(2026, 10, 23) + i * 137;
    learnClock(new Date(received + 30_400).toUTCString(), received);
  }
  stop();
  expect(changes).toBeLessThanOrEqual(1);
});
