import { expect, test } from "vitest";
import { formatLabels } from "./labels";

test("labels are written as a selector, in order", () => {
  expect(formatLabels({ __name__: "up", job: "b", instance: "a" })).toBe(
    'up{instance="a", job="b"}',
  );
  expect(formatLabels({ __name__: "up" })).toBe("up");
  expect(formatLabels({ a: "1" })).toBe('{a="1"}');
  expect(formatLabels({})).toBe("{}");
});

test("names and values of any text are quoted", () => {
  expect(formatLabels({ __name__: "a.b", "c d": 'x"\\\n' })).toBe('{"a.b", "c d"="x\\"\\\\\\n"}');
});
