import { expect, test, vi } from "vitest";
import { HubError } from "../../api/client";
import type { QueryData } from "../../api/types";
import { forget, readHistory, remember } from "../../ui/query-history";
import { arrange } from "../../ui/table-rows";
import { answerJson, graphCsv, tableCsv } from "./export";
import { describe, suggestions } from "./metric";
import {
  type Answer,
  askedOf,
  chooseStep,
  keepOld,
  letterOf,
  momentOf,
  type Outcome,
} from "./queries";
import { countOf, toGraph, toRows } from "./results";
import { columnsOf } from "./table-view";

function outcome(letter: string, data: QueryData): Outcome {
  const asked = { letter, expression: "sum(x)" };
  return { asked, data, warnings: [], infos: [], tookMs: 1 };
}
const matrix: QueryData = {
  resultType: "matrix",
  result: [
    {
      metric: { __name__: "x", a: "=1" },
      values: [
        [10, "1"],
        [30, "NaN"],
      ],
    },
    { metric: {}, values: [[20, "2.5"]] },
    { metric: { h: "1" }, histograms: [[10, { count: "3", sum: "4" }]] },
  ],
};
const interval = { start: 10, end: 30 };
const range: Answer = {
  moment: { kind: "range", interval, step: 10 },
  outcomes: [outcome("A", matrix)],
};

test("queries have letters; those that are off or empty are not asked", () => {
  expect([0, 25, 26, 27].map(letterOf)).toEqual(["A", "Z", "AA", "AB"]);
  expect(askedOf(["up", " ", "down", "z"], [2])).toEqual([
    { letter: "A", expression: "up" },
    { letter: "D", expression: "z" },
  ]);
});

test("the step is what was asked for, or suits the screen, or keeps to the hub's limit", () => {
  const day = { start: 0, end: 86_400 };

  expect(chooseStep(day, "1m")).toEqual({ seconds: 60, note: "" });
  expect(chooseStep(day, "").seconds).toBe(300);
  expect(chooseStep(day, "soon").note).toContain('"soon" is no duration');
  expect(chooseStep(day, "1s")).toMatchObject({ seconds: 10 });
  expect(chooseStep(day, "1s").note).toContain("86,400 points");
  expect(chooseStep(day, "0s").seconds).toBe(300);
});

test("a hub that does not answer leaves what it answered before", () => {
  const failed = (status: number, expression = "sum(x)"): Answer => ({
    moment: { kind: "range", interval: { start: 20, end: 40 }, step: 10 },
    outcomes: [
      {
        ...outcome("A", matrix),
        asked: { letter: "A", expression },
        data: undefined,
        error: new HubError("no", status, ""),
      },
    ],
  });

  const kept = keepOld(failed(0), range);
  expect(kept.moment).toEqual(range.moment);
  expect(kept.outcomes[0]).toMatchObject({ data: matrix, error: { message: "no" } });
  expect(keepOld(failed(503), range).outcomes[0]?.data).toBe(matrix);

  expect(keepOld(failed(400), range).outcomes[0]?.data).toBeUndefined();
  expect(keepOld(failed(0, "other"), range).outcomes[0]?.data).toBeUndefined();
  expect(keepOld(failed(0), undefined).outcomes[0]?.data).toBeUndefined();
});

test("a table is of the end of the range, a graph of all of it, aligned to its step", () => {
  expect(momentOf("table", { start: 0, end: 99 }, 10)).toEqual({ kind: "instant", time: 99 });
  expect(momentOf("graph", { start: 3, end: 99 }, 10)).toMatchObject({
    interval: { start: 0, end: 90 },
  });
});

test("a graph has a line for each series; histograms are counted", () => {
  const graph = toGraph(range);

  expect(graph.times).toEqual([10, 20, 30]);
  expect(graph.series.map((each) => each.name)).toEqual(['x{a="=1"}', "sum(x)"]);
  expect(graph.series[0]?.values).toEqual([1, null, Number.NaN]);
  expect(graph.histograms).toBe(1);
});

test("with several queries each line says whose it is", () => {
  const both = { ...range, outcomes: [outcome("A", matrix), outcome("B", matrix)] };

  expect(toGraph(both).series.map((each) => each.name[0])).toEqual(["A", "A", "B", "B"]);
});

test("rows have the labels as columns and values with every digit", () => {
  const { rows, labelNames } = toRows(
    outcome("A", {
      resultType: "vector",
      result: [
        { metric: { b: "1", __name__: "x" }, value: [1, "0.30000000000000004"] },
        {
          metric: { a: "2" },
          histogram: [1, { count: "3", sum: "4", buckets: [[0, "1", "2", "3"]] }],
        },
      ],
    }),
  );

  expect(labelNames).toEqual(["__name__", "a", "b"]);
  expect(rows.map((row) => row.value)).toEqual([
    "0.30000000000000004",
    "count 3, sum 4\n(1, 2]: 3",
  ]);
  expect(rows.map((row) => row.number)).toEqual([0.30000000000000004, 3]);
});

test("scalars, strings and ranges are rows, too", () => {
  expect(toRows(outcome("A", { resultType: "scalar", result: [1, "+Inf"] })).rows[0]).toMatchObject(
    {
      value: "+Inf",
      number: Number.POSITIVE_INFINITY,
    },
  );
  expect(toRows(outcome("A", { resultType: "string", result: [1, "text"] })).rows[0]?.value).toBe(
    "text",
  );
  expect(toRows(outcome("A", matrix)).rows[0]?.value).toContain("1 @ 1970-01-01");
  expect(countOf(matrix)).toEqual({ series: 3, samples: 4 });
});

test("a table sorts NaN below all numbers", () => {
  const columns = columnsOf(["job"]);
  const rows = ["5", "NaN", "7"].map((value) => {
    return { key: value, labels: { job: value }, value, number: Number(value) };
  });
  const down = arrange(columns, rows, { id: "value", descending: true }, "");
  expect(down.map((row) => row.value)).toEqual(["7", "5", "NaN"]);
});

test("a browser that lets nobody at its storage has no history, and nothing breaks", () => {
  const denied = vi.fn(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage") ?? { configurable: true };
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: denied });

  remember(["up"]);
  expect(readHistory()).toEqual([]);
  expect(denied).toHaveBeenCalledTimes(3);
  Object.defineProperty(globalThis, "localStorage", own);
});

test("CSV of a graph has a column for each series, and no formulas", () => {
  expect(graphCsv(toGraph(range)).split("\r\n")).toEqual([
    'time,"x{a=""=1""}",sum(x)',
    "1970-01-01T00:00:10.000Z,1,",
    "1970-01-01T00:00:20.000Z,,2.5",
    "1970-01-01T00:00:30.000Z,NaN,",
    "",
  ]);
});

test("CSV of a table has a row for each series of each query", () => {
  const result = [{ metric: { evil: "=cmd()", b: "a,b" }, value: [1, "-1"] as [number, string] }];
  const answer: Answer = {
    moment: { kind: "instant", time: 0 },
    outcomes: [outcome("A", { resultType: "vector", result })],
  };

  expect(tableCsv(answer)).toBe(
    'query,time,b,evil,value\r\nA,1970-01-01T00:00:00.000Z,"a,b",\'=cmd(),-1\r\n',
  );
});

test("JSON holds what was asked and what was answered", () => {
  const failed = { ...outcome("B", matrix), data: undefined, error: new Error("too much") };
  const text = answerJson({ ...range, outcomes: [outcome("A", matrix), failed] });

  expect(JSON.parse(text)).toMatchObject({
    kind: "range",
    queries: [{ query: "sum(x)", data: matrix }, { error: "too much" }],
  });
});

test("the history has each query once, the last first, whatever the store holds", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });

  remember(["a", "b"]);
  remember([" b ", ""]);
  expect(readHistory()).toEqual(["b", "a"]);

  for (let i = 0; i < 250; i++) remember([`q${i}`]);
  expect(readHistory()).toHaveLength(200);

  forget();
  expect(readHistory()).toEqual([]);
  kept.set("tributary.queries", "{oops");
  expect(readHistory()).toEqual([]);
  vi.unstubAllGlobals();
});

test("a metric's kind is that of its family", () => {
  const metadata = {
    req: [{ type: "histogram", help: "Requests", unit: "" }],
    hits: [{ type: "counter", help: "Hits", unit: "" }],
  };

  expect(describe("req_bucket", metadata)).toMatchObject({ type: "counter", help: "Requests" });
  expect(describe("hits_total", metadata)).toMatchObject({ type: "counter", help: "Hits" });
  expect(describe("unknown", metadata)).toMatchObject({ type: "", help: "" });
});

test("what is suggested suits the kind", () => {
  const first = (name: string, type = "") =>
    suggestions({ name, type, help: "", unit: "" })[0]?.expression;

  expect(first("req_bucket")).toBe("histogram_quantile(0.95, sum by (le) (rate(req_bucket[5m])))");
  expect(first("x_total")).toBe("rate(x_total[5m])");
  expect(first("temperature", "gauge")).toBe("temperature");
  expect(first("native", "histogram")).toBe("histogram_quantile(0.95, sum(rate(native[5m])))");
  expect(first("a.b", "counter")).toBe('rate({"a.b"}[5m])');
  expect(
    suggestions({ name: "up", type: "gauge", help: "", unit: "" }, { job: "x" })[1]?.expression,
  ).toBe('avg(up{job="x"})');
});
