import { expect, test } from "vitest";
import type { Activity } from "../../api/types";
import { limitRows } from "./limits";

const ACTIVITY: Activity = {
  since: 0,
  ingest: { samplesPerSecond: 1500, requestsPerSecond: 1, refusedPerSecond: 0 },
  query: { queriesPerSecond: 0, running: 1, waiting: 0 },
  series: { active: 900, limit: 1000 },
  limits: {
    retention: 86_400,
    query_range_max: 0,
    ingestion_rate: 2000,
    active_series_max: 1000,
    request_size_max: 1024,
    brand_new_max: 7,
  },
  writers: [],
  refusals: [],
};

test("puts the fullest first", () => {
  const rows = limitRows(ACTIVITY);

  expect(rows.slice(0, 2).map((row) => [row.name, row.share])).toEqual([
    ["active_series_max", 0.9],
    ["ingestion_rate", 0.75],
  ]);
});

test("writes each in its unit, and what 0 means", () => {
  const text = new Map(limitRows(ACTIVITY).map((row) => [row.name, row.limitText]));

  expect(text.get("request_size_max")).toBe("1 KiB");
  expect(text.get("retention")).toBe("1 d");
  expect(text.get("query_range_max")).toBe("none");
  expect(text.get("active_series_max")).toBe("1,000");
});

test("shows a limit that it does not know", () => {
  expect(limitRows(ACTIVITY).find((row) => row.name === "brand_new_max")?.limitText).toBe("7");
});
