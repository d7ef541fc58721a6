import { expect, test } from "vitest";
import type { TableData } from "../model/frames";
import { parsePanel } from "../model/parse";
import type { PanelData } from "../model/run";
import { panelCsv } from "./csv";

const RANGE = { interval: { start: 0, end: 60 }, step: 60, queries: [], warnings: [] };
const override = (name: string, id: string, value: unknown) => ({
  matcher: { id: "byName", options: name },
  properties: [{ id, value }],
});
const panel = parsePanel({
  type: "table",
  fieldConfig: {
    overrides: [override("Value", "displayName", "Up"), override("job", "custom.hidden", true)],
  },
});

function table(refId: string, value: number): TableData {
  return {
    columns: [
      { name: "Time", kind: "time", refId },
      { name: "job", kind: "label", refId },
      { name: "Value", kind: "number", refId },
    ],
    rows: [[60, "=a", value]],
  };
}

test("a table is written as it is shown: the chosen one, its columns, their names", () => {
  const data: PanelData = { ...RANGE, series: [], tables: [table("A", 1), table("B", 2)] };

  const csv = panelCsv(panel, data, 1).split("\r\n");

  expect(csv[0]).toBe("Time,Up");
  expect(csv[1]).toMatch(/^1970-01-01.*,2$/);
  expect(panelCsv(panel, data, 9)).toMatch(/,1\r\n$/);
});

test("series have a column each, but those that are hidden", () => {
  const hidden = parsePanel({
    type: "timeseries",
    fieldConfig: { overrides: [override("a", "custom.hideFrom", { viz: true })] },
  });
  const one = (name: string) => ({ refId: "A", name, labels: {}, times: [60], values: [1] });
  const data: PanelData = { ...RANGE, series: [one("a"), one("=b")], tables: [] };

  expect(panelCsv(hidden, data, 0).split("\r\n")[0]).toBe("time,'=b");
});
