import { expect, test } from "vitest";
import { adviceFor } from "./advice";

test("has advice for every reason of the hub", () => {
  const reasons = [
    "out of order sample",
    "duplicate sample for timestamp",
    "too old sample",
    "sample too far in the future",
    "series limit exceeded",
    "series limit of the metric exceeded",
    "invalid labels",
    "invalid histogram",
    "rate limit",
  ];

  expect(reasons.map(adviceFor)).not.toContain("");
  expect(new Set(reasons.map(adviceFor)).size).toBe(reasons.length);
  expect(adviceFor("something new")).toBe("");
});
