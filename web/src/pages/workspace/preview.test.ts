import { expect, test } from "vitest";
import { countText, PREVIEW_MAX, previewOf, seriesText, spanQuery, spanText } from "./preview";

test("counts by metric, the most first", () => {
  const preview = previewOf(["{}"], undefined, [
    { __name__: "a" },
    { __name__: "b", x: "1" },
    { __name__: "b", x: "2" },
  ]);

  expect(preview.byMetric).toEqual([
    { metric: "b", count: 2 },
    { metric: "a", count: 1 },
  ]);
  expect(countText(preview)).toBe("3 series");
});

test("says that there are more than it lists", () => {
  const many = Array.from({ length: PREVIEW_MAX + 1 }, () => ({ __name__: "a" }));

  const preview = previewOf(["a"], undefined, many);

  expect(preview.series).toHaveLength(PREVIEW_MAX);
  expect(countText(preview)).toBe("more than 10,000 series");
});

test("writes a series as Prometheus does", () => {
  expect(seriesText({ __name__: "up", job: 'a"b', "my.label": "c" })).toBe(
    'up{job="a\\"b", "my.label"="c"}',
  );
});

test("says which samples, and asks for the same", () => {
  const interval = { start: 1000, end: 2000.5 };

  expect(spanText({})).toBe("all of their samples");
  expect(spanText({ interval })).toMatch(/^their samples from 1970.* to 1970/);
  expect(spanQuery(undefined)).toEqual([]);
  expect(spanQuery(interval)).toEqual([
    ["start", "1000"],
    ["end", "2000.5"],
  ]);
});
