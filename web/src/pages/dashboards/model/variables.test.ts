import { describe, expect, it } from "vitest";
import { builtIns, interpolate, type Scope } from "./interpolate";
import { ALL } from "./types";
import {
  choose,
  filterOptions,
  parseVariable,
  parseVariableQuery,
  sortOptions,
  standsFor,
} from "./variables";

const HOUR = { start: 0, end: 3600 };
const option = (value: string) => ({ value, text: value });
const curly = (name: string) => `\${${name}}`;
const scope: Scope = new Map([
  ["job", { values: ["a.b"], isPattern: true, isLabel: true }],
  ["task", { values: ["x", 'y"z'], isPattern: true, isLabel: true, texts: ["X", "Y"] }],
  ["one", { values: ['a"b.c'], isLabel: true }],
  ["all", { values: ["x", "y"], isPattern: true, raw: ".*" }],
]);

describe("interpolate", () => {
  it("writes values that may be several as a regular expression inside of a string", () => {
    const query = interpolate(
      `up{job=~"$job",task=~"${curly("task")}",all=~"[[all]]"}`,
      scope,
      "query",
    );

    expect(query).toBe('up{job=~"a\\\\.b",task=~"(x|y\\"z)",all=~".*"}');
  });

  it("escapes quotes of a single label value and nothing else", () => {
    expect(interpolate('up{a="$one"}', scope, "query")).toBe('up{a="a\\"b.c"}');
  });

  it("leaves what it does not know", () => {
    expect(interpolate(`$unknown ${curly("other")} $`, scope, "query")).toBe(
      `$unknown ${curly("other")} $`,
    );
  });

  it("shows names in titles", () => {
    expect(interpolate("Task $task", scope, "text")).toBe("Task X + Y");
  });

  it("knows formats", () => {
    const facts: [string, string][] = [
      ["csv", 'x,y"z'],
      ["pipe", 'x|y"z'],
      ["regex", '(x|y"z)'],
      ["json", '["x","y\\"z"]'],
      ["glob", '{x,y"z}'],
      ["queryparam", "var-task=x&var-task=y%22z"],
      ["doublequote", '"x","y\\"z"'],
      ["text", "X + Y"],
    ];
    for (const [format, expected] of facts) {
      expect(interpolate(`\${task:${format}}`, scope, "query")).toBe(expected);
    }
  });

  it("writes what the file says for All in every format but those of addresses and titles", () => {
    const all: Scope = new Map([
      ["job", { values: [], texts: ["All"], raw: ".*", isPattern: true }],
    ]);
    for (const format of ["raw", "regex", "pipe", "csv", "glob", "json", "doublequote"])
      expect(interpolate(`\${job:${format}}`, all, "query")).toBe(".*");
    const facts: [string, string][] = [
      ["text", "All"],
      ["percentencode", ".*"],
      ["queryparam", "var-job=All"],
    ];
    for (const [format, expected] of facts)
      expect(interpolate(`\${job:${format}}`, all, "query")).toBe(expected);
  });

  it("gives intervals as Grafana computes them", () => {
    const built = builtIns(HOUR, 20, 15);

    const text = "$__interval $__rate_interval $__range $__range_s $__interval_ms";
    expect(interpolate(text, built, "query")).toBe("20s 1m 3600s 3600 20000");
    expect(interpolate("$__rate_interval", builtIns(HOUR, 60, 15), "query")).toBe("75s");
  });
});

describe("parseVariableQuery", () => {
  it("reads the calls of Grafana's Prometheus data source", () => {
    expect(parseVariableQuery("label_values(job)")).toEqual({
      kind: "label_values",
      label: "job",
      match: "",
    });
    expect(parseVariableQuery('label_values(up{a="x,y",b=~"$b"}, instance)')).toEqual({
      kind: "label_values",
      label: "instance",
      match: 'up{a="x,y",b=~"$b"}',
    });
    expect(parseVariableQuery("label_names()")).toEqual({ kind: "label_names", match: "" });
    expect(parseVariableQuery("metrics(node_.*)")).toEqual({ kind: "metrics", pattern: "node_.*" });
    expect(parseVariableQuery("query_result(topk(3, sum by (a) (b)))")).toEqual({
      kind: "query_result",
      query: "topk(3, sum by (a) (b))",
    });
    expect(parseVariableQuery('up{job="a"}')).toEqual({ kind: "series", match: 'up{job="a"}' });
    expect(parseVariableQuery("")).toBeUndefined();
  });
});

describe("filterOptions", () => {
  it("keeps the first group of what matches, once each", () => {
    const found = filterOptions(["a_total{} 1", "a_total{} 2", "b{} 1"], "/^(\\w+_total)/");

    expect(found).toEqual([option("a_total")]);
  });

  it("takes value and text from groups of these names", () => {
    expect(filterOptions(["id-1 web"], "/(?<value>\\S+) (?<text>.*)/")).toEqual([
      { value: "id-1", text: "web" },
    ]);
  });

  it("keeps values whole where there is no group", () => {
    const kept = (found: string[], regex: string) =>
      filterOptions(found, regex).map(({ value }) => value);

    expect(kept(["api-server", "web"], "/^api/")).toEqual(["api-server"]);
    expect(kept(["kube-system", "shop"], "/^(?!kube-)/")).toEqual(["shop"]);
  });

  it("takes an expression without slashes for the whole value", () => {
    expect(filterOptions(["preprod", "prod-eu"], "prod")).toEqual([]);
  });

  it("says where the expression is broken", () => {
    expect(() => filterOptions(["a"], "/(/")).toThrow('"/(/" is no regular expression');
  });
});

describe("sortOptions", () => {
  const options = ["b10", "a2", "B1"].map(option);
  const sorted = (sort: number) => sortOptions(options, sort).map((one) => one.value);

  it("sorts by Grafana's numbers", () => {
    expect(sorted(0)).toEqual(["b10", "a2", "B1"]);
    expect(sorted(1)).toEqual(["B1", "a2", "b10"]);
    expect(sorted(2)).toEqual(["b10", "a2", "B1"]);
    expect(sorted(3)).toEqual(["B1", "a2", "b10"]);
    expect(sorted(5)).toEqual(["a2", "B1", "b10"]);
    expect(sorted(7)).toEqual(["a2", "B1", "b10"]);
  });
});

describe("choose", () => {
  const options = ["a", "b"].map(option);
  const variable = (json: object) => parseVariable({ type: "query", name: "x", ...json });

  it("takes what is asked for as far as it exists", () => {
    expect(choose(variable({ multi: true }), options, ["b", "gone"])).toEqual(["b"]);
    expect(choose(variable({}), options, ["b", "a"])).toEqual(["b"]);
  });

  it("falls back to the file's value, All, the first", () => {
    expect(choose(variable({ current: { value: "b" } }), options, ["gone"])).toEqual(["b"]);
    expect(choose(variable({ includeAll: true }), options)).toEqual([ALL]);
    expect(choose(variable({}), options)).toEqual(["a"]);
    expect(choose(variable({}), [])).toEqual([]);
  });

  it("takes All in either spelling, and alone", () => {
    const all = variable({ includeAll: true, multi: true });
    expect(choose(all, options, ["All"])).toEqual([ALL]);
    expect(choose(all, options, ["a", ALL])).toEqual([ALL]);
  });

  it("keeps any text of a text box", () => {
    const box = parseVariable({ type: "textbox", name: "t", query: "start" });
    expect(choose(box, [])).toEqual(["start"]);
    expect(choose(box, [], [""])).toEqual([""]);
  });
});

describe("standsFor", () => {
  it("is what the file says for All, or every option", () => {
    const every = parseVariable({ type: "query", name: "x", includeAll: true, allValue: ".*" });
    expect(standsFor(every, [option("a")], [ALL], HOUR).raw).toBe(".*");
    const all = parseVariable({ type: "query", name: "x", includeAll: true });
    expect(standsFor(all, [], [ALL], HOUR).raw).toBe("");
    expect(standsFor(all, [option("a")], [ALL], HOUR)).toMatchObject({
      values: ["a"],
      texts: ["All"],
      raw: undefined,
    });
  });

  it("computes the automatic interval", () => {
    const json = { type: "interval", name: "i", query: "1m,5m", auto: true, auto_count: 60 };
    const value = standsFor(parseVariable(json), [], ["$__auto_interval_i"], HOUR);
    expect(value.values).toEqual(["1m"]);
  });
});

describe("parseVariable", () => {
  it("reads the options of custom and interval variables", () => {
    const custom = parseVariable({
      type: "custom",
      name: "c",
      query: "One : 1,two,a\\,b,c : d : 2",
    });
    expect(custom).toMatchObject({
      kind: "custom",
      options: [
        { text: "One", value: "1" },
        { text: "two", value: "two" },
        { text: "a,b", value: "a,b" },
        { text: "c : d", value: "2" },
      ],
    });
    const interval = parseVariable({ type: "interval", name: "i", query: "1m, '5m'" });
    expect(interval).toMatchObject({ options: [option("1m"), option("5m")] });
  });

  it("takes a query as text or as an object", () => {
    const query = "label_values(job)";
    expect(parseVariable({ type: "query", name: "a", query })).toMatchObject({ query });
    expect(parseVariable({ type: "query", name: "a", query: { query } })).toMatchObject({ query });
  });
});
