import { expect, test } from "vitest";
import { hubQueries, linesOf, remember, SEEN_MAX, type Seen, seenInterval } from "./history";

function seen(at: number, stored = 1): Seen {
  return { at, stored, refused: 0, writes: 0, queries: 0, active: 0 };
}

test("remembers so much and no more, and each moment once", () => {
  let history: Seen[] = [];

  for (let at = 0; at < SEEN_MAX + 10; at++) history = remember(history, seen(at));

  expect(history).toHaveLength(SEEN_MAX);
  expect(remember(history, seen(SEEN_MAX + 9))).toBe(history);
});

test("leaves a gap where nobody looked", () => {
  const lines = linesOf([seen(0, 5), seen(5, 6), seen(500, 7)], [["stored", "stored"]]);

  expect(lines.times).toEqual([0, 5, 20, 500]);
  expect(lines.series[0]?.values).toEqual([5, 6, null, 7]);
});

test("shows five minutes at least", () => {
  expect(seenInterval([], 1000)).toEqual({ start: 700, end: 1000 });
  expect(seenInterval([seen(100)], 1000)).toEqual({ start: 100, end: 1000 });
});

test("asks for rates over four steps, a minute at least", () => {
  expect(hubQueries("ws-1", 5).stored).toContain('{workspace="ws-1"}[60s]');
  expect(hubQueries("ws-1", 60).stored).toContain("[240s]");
});
