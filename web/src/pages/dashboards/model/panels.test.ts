import { describe, expect, it } from "vitest";
import type { QueryData, Success } from "../../../api/types";
import { chooseZone } from "../../../time/zone";
import { show, thresholdLines } from "./display";
import { fieldOf } from "./field";
import { aligned, legendText, onGrid, seriesText, tableOf } from "./frames";
import { interpolate, type Scope } from "./interpolate";
import { layOut, REPEATS_MAX } from "./layout";
import { loadVariables, type VariableApi } from "./load-variables";
import { parseDashboard, parsePanel } from "./parse";
import { reducerOf } from "./reduce";
import { ownRange, panelInterval, plan, run } from "./run";
import { transform } from "./transform";
import type { Dashboard } from "./types";
import { parseVariable } from "./variables";

const HOUR = { start: 1000, end: 4600 };
const NEVER = new AbortController().signal;
const EMPTY: Scope = new Map();
const success = <T>(data: T): Success<T> => ({ status: "success", data });

describe("legendText", () => {
  const labels = { __name__: "up", job: "a", quoted: 'x"y' };

  it("fills in labels, and shows the series where no format is given", () => {
    expect(legendText("{{job}} {{ gone }}!", labels, "up")).toBe("a !");
    expect(legendText("__auto", labels, "up")).toBe('up{job="a", quoted="x\\"y"}');
    expect(legendText("__auto", {}, "sum(up)")).toBe("sum(up)");
    expect(seriesText({ __name__: "up" })).toBe("up");
  });
});

describe("samples on one axis", () => {
  const series = [
    { refId: "A", name: "a", labels: {}, times: [10, 20], values: [1, 2] },
    { refId: "A", name: "b", labels: {}, times: [20, 40], values: [3, 4] },
  ];

  it("leaves gaps where there is no sample", () => {
    expect(onGrid(series, { start: 10, end: 40 }, 10)).toEqual({
      times: [10, 20, 30, 40],
      values: [
        [1, 2, null, null],
        [null, 3, null, 4],
      ],
    });
    expect(aligned(series).times).toEqual([10, 20, 40]);
  });
});

describe("reducerOf", () => {
  it("gives Grafana's figures of what is a number", () => {
    const values = [2, Number.NaN, 5, 1, Number.NaN];
    const facts: [string, number | null][] = [
      ["lastNotNull", 1],
      ["last", Number.NaN],
      ["firstNotNull", 2],
      ["min", 1],
      ["max", 5],
      ["mean", 8 / 3],
      ["sum", 8],
      ["count", 3],
      ["range", 4],
      ["diff", -1],
      ["delta", 3],
      ["median", 2],
      ["current", 1],
      ["avg", 8 / 3],
      ["total", 8],
      ["p50", 2],
    ];
    for (const [name, expected] of facts) expect(reducerOf(name)?.(values)).toBe(expected);
    expect(reducerOf("mean")?.([Number.NaN])).toBeNull();
    expect(reducerOf("unheard-of")).toBeUndefined();
  });
});

describe("show", () => {
  const field = fieldOf({
    unit: "percent",
    mappings: [
      { type: "value", options: { "0": { text: "down", color: "red" } } },
      { type: "range", options: { from: 200, to: 300, result: { text: "far" } } },
      { type: "special", options: { match: "nan", result: { text: "none" } } },
      { type: "regex", options: { pattern: "/^v/", result: { text: "version" } } },
    ],
    thresholds: {
      mode: "absolute",
      steps: [
        { value: null, color: "green" },
        { value: 80, color: "#f00" },
      ],
    },
  });

  it("maps, formats and colours", () => {
    expect(show(0, field)).toEqual({ text: "down", color: "var(--danger)", isToken: true });
    expect(show(50, field)).toEqual({ text: "50%", color: "var(--success)", isToken: true });
    expect(show(90, field)).toEqual({ text: "90%", color: "#f00", isToken: false });
    expect(show(250, field).text).toBe("far");
    expect(show(Number.NaN, field).text).toBe("none");
    expect(show("v1", field).text).toBe("version");
    expect(show(null, field).text).toBe("–");
  });

  it("takes no colour that is not one", () => {
    const odd = fieldOf({ color: { mode: "fixed", fixedColor: "url(http://x/)" } });
    expect(show(1, odd).color).toBeUndefined();
  });

  it("places thresholds in percent of the range", () => {
    const share = fieldOf({
      thresholds: { mode: "percentage", steps: [{ value: null }, { value: 50, color: "red" }] },
    });
    expect(thresholdLines(share, { min: 0, max: 8 })).toEqual([
      { value: 4, color: "var(--danger)" },
    ]);
  });
});

describe("plan", () => {
  const scope: Scope = new Map([["job", { values: ["a"] }]]);

  it("asks with the panel's step, aligned, and fills in intervals", () => {
    const panel = parsePanel({
      type: "timeseries",
      targets: [
        { expr: 'rate(x{job="$job"}[$__rate_interval])', legendFormat: "$job {{a}}" },
        { expr: "max_over_time(y[$__interval])", interval: "2m", refId: "Z" },
        { expr: "hidden", hide: true },
        { expr: " " },
      ],
    });

    const queries = plan(panel, scope, HOUR, 600);

    expect(queries).toMatchObject([
      { query: 'rate(x{job="a"}[1m])', step: 15, interval: { start: 990, end: 4590 } },
      { query: "max_over_time(y[2m])", step: 120, refId: "Z", interval: { start: 960, end: 4560 } },
    ]);
    expect(queries[0]?.legendFormat).toBe("a {{a}}");
  });

  it("follows the panel's own range and shift", () => {
    const panel = parsePanel({
      type: "stat",
      timeFrom: "10m",
      timeShift: "20m",
      targets: [{ expr: "up", instant: true }],
    });
    const [query] = plan(panel, EMPTY, HOUR, 600);
    expect(query).toMatchObject({ isInstant: true, interval: { start: 2800, end: 3400 } });
    expect(ownRange(panel, HOUR)).toEqual({ from: "2800000", to: "3400000" });
    expect(ownRange(parsePanel({ type: "stat" }), HOUR)).toEqual({});
  });

  it("begins a panel with the day where it asks for that", () => {
    const noon = { start: 1_763_899_000, end: 1_763_899_200 };
    chooseZone("utc");
    for (const [timeFrom, start] of [
      ["now/d", 1_763_856_000],
      ["1d/d", 1_763_769_600],
      ["2h", 1_763_892_000],
      ["soon", noon.start],
    ] as const)
      expect(panelInterval(parsePanel({ timeFrom }), noon)).toEqual({ start, end: noon.end });
  });

  it("asks over time for both of a moment and a range, but in tables", () => {
    const targets = [{ expr: "up", instant: true, range: true }];
    const isInstant = (type: string) =>
      plan(parsePanel({ type, targets }), EMPTY, HOUR, 600)[0]?.isInstant;
    expect(["timeseries", "stat", "table"].map(isInstant)).toEqual([false, false, true]);
  });
});

describe("run", () => {
  const panel = parsePanel({
    type: "table",
    targets: [
      { expr: "a", instant: true, format: "table" },
      { expr: "b", instant: true, format: "table" },
    ],
    transformations: [
      { id: "merge" },
      {
        id: "organize",
        options: {
          excludeByName: { Time: true },
          renameByName: { "Value #A": "A!", "Value #B": "B!" },
        },
      },
      { id: "sortBy", options: { sort: [{ field: "B!", desc: true }] } },
    ],
  });
  const answer = (name: string): QueryData => ({
    resultType: "vector",
    result: [
      { metric: { job: "x" }, value: [5, name === "a" ? "1" : "2"] },
      { metric: { job: "y" }, value: [5, name === "a" ? "3" : "+Inf"] },
    ],
  });
  const api = (query: (q: string) => Promise<Success<QueryData>>) => ({
    query,
    queryRange: () => Promise.reject(new Error("not asked for")),
  });

  it("joins the tables of several queries", async () => {
    const queries = plan(panel, EMPTY, HOUR, 600);
    const data = await run(
      panel,
      queries,
      api(async (q) => success(answer(q))),
      NEVER,
    );

    expect(data.tables).toHaveLength(1);
    expect(data.tables[0]?.columns.map(({ name }) => name)).toEqual(["job", "A!", "B!"]);
    expect(data.tables[0]?.rows).toEqual([
      ["y", 3, Number.POSITIVE_INFINITY],
      ["x", 1, 2],
    ]);
  });

  it("shows what came where some queries fail, and throws where all do", async () => {
    const queries = plan(panel, EMPTY, HOUR, 600);
    const half = api(async (q) => {
      if (q === "b") throw new Error("boom");
      return success(answer(q));
    });

    const data = await run(panel, queries, half, NEVER);

    expect(data.series).toHaveLength(2);
    expect(data.warnings).toEqual(["query B: boom"]);
    const none = api(() => Promise.reject(new Error("boom")));
    await expect(run(panel, queries, none, NEVER)).rejects.toThrow("boom");
  });

  it("calls series by the only label that the panel has, in full where there are more", async () => {
    const names = async (metrics: Record<string, string>[], legendFormat = "__auto") => {
      const stat = parsePanel({
        type: "stat",
        targets: [{ expr: "a", instant: true, legendFormat }],
      });
      const result = metrics.map((metric) => ({ metric, value: [5, "1"] as [number, string] }));
      const data = await run(
        stat,
        plan(stat, EMPTY, HOUR, 600),
        api(async () => success({ resultType: "vector", result })),
        NEVER,
      );
      return data.series.map(({ name }) => name);
    };

    expect(await names([{ job: "api" }, { job: "web" }])).toEqual(["api", "web"]);
    expect(await names([{ job: "api" }, {}])).toEqual(["api", "a"]);
    expect(await names([{ job: "api" }], "")).toEqual(['{job="api"}']);
    expect(await names([{ job: "api", x: "1" }, { job: "web" }])).toEqual([
      '{job="api", x="1"}',
      '{job="web"}',
    ]);
  });

  it("limits rows by a number, which a variable is not", () => {
    const table = { columns: [], rows: [[1], [2], [3]] };
    const rows = (limitField: unknown) =>
      transform([table], [{ id: "limit", options: { limitField } }])[0]?.rows.length;
    expect(["2", 1, "$n"].map(rows)).toEqual([2, 1, 3]);
  });

  it("has a column for each label of a table", () => {
    const series = [{ refId: "A", name: "", labels: { b: "1" }, times: [1], values: [2] }];
    expect(tableOf("A", series, "Value")).toEqual({
      columns: [
        { name: "Time", kind: "time", refId: "A" },
        { name: "b", kind: "label", refId: "A" },
        { name: "Value", kind: "number", refId: "A" },
      ],
      rows: [[1, "1", 2]],
    });
  });
});

describe("loadVariables", () => {
  const asked: string[] = [];
  const unused = () => Promise.reject(new Error("not asked for"));
  const api: VariableApi = {
    labelNames: unused,
    series: async () => success([{ __name__: "up" }]),
    async labelValues(name, query = []) {
      const match = query.find(([key]) => key === "match[]")?.[1];
      asked.push(`${name} of ${match}`);
      if (match?.includes("broken")) throw new Error("boom");
      return success(name === "job" ? ["b", "a"] : ["t1", "t2"]);
    },
    query: async () =>
      success({
        resultType: "vector",
        result: [{ metric: { __name__: "x_total", job: "a", path: "\\d" }, value: [7.5, "3.0"] }],
      }),
  };
  const query = (name: string, text: string, more: object = {}) =>
    parseVariable({ type: "query", name, query: text, ...more });

  it("asks for variables behind those that they refer to", async () => {
    const { states, scope } = await loadVariables({
      variables: [
        query("task", 'label_values(up{job=~"$job",ds="$ds"}, task)', { multi: true }),
        query("job", "label_values(up, job)", { sort: 1 }),
        parseVariable({ type: "datasource", name: "ds" }),
        query("metric", "query_result(count by (__name__) (x))", { regex: "/^(\\w+)/" }),
        query("bad", "label_values(broken, x)"),
      ],
      asked: (name) => (name === "task" ? ["t2"] : name === "bad" ? ["kept"] : []),
      interval: HOUR,
      source: "ws-1",
      api,
      signal: NEVER,
    });

    expect(asked).toContain('task of up{job=~"a",ds="ws-1"}');
    expect(states.map(({ chosen }) => chosen)).toEqual([["t2"], ["a"], ["x_total"], ["kept"]]);
    expect(states[3]?.error).toBeInstanceOf(Error);
    expect(interpolate("$job $task", scope, "query")).toBe("a t2");
  });

  const optionsOf = async (found: string[], regex: string, text = "label_values(up, x)") => {
    const { states } = await loadVariables({
      variables: [
        query("x", text, { regex }),
        parseVariable({ type: "custom", name: "h", query: "10.0.0.1:9100" }),
      ],
      asked: () => [],
      interval: HOUR,
      source: "",
      api: { ...api, labelValues: async () => success(found) },
      signal: NEVER,
    });
    return states[0]?.error ?? states[0]?.options.map(({ value }) => value);
  };

  it("takes another's value in a regex as it is written", async () => {
    const found = ["10.0.0.1:9100", "10.0.0x1:9100", "3600s"];
    expect(await optionsOf(found, "/^($h)$/")).toEqual(["10.0.0.1:9100"]);
    expect(await optionsOf(found, "/^$__range$/")).toEqual(["3600s"]);
  });

  it("has results and series in Grafana's words, which expressions in files are written for", async () => {
    const result = await optionsOf([], "/(.*)/", "query_result(up)");
    expect(result).toEqual(['x_total{job="a",path="\\d"} 3.0 7500']);
    expect(await optionsOf([], '/job="([^"]+)",path/', "query_result(up)")).toEqual(["a"]);
    expect(await optionsOf([], "", "up")).toEqual(["up{}"]);
  });

  it("has an error in place of options where the regex is broken", async () => {
    expect(await optionsOf(["a"], "/(/")).toEqual(new Error('"/(/" is no regular expression'));
  });

  it("asks at once for those that refer to All of a variable that says what All is", async () => {
    let [running, most] = [0, 0];
    const counting: VariableApi = {
      ...api,
      async labelValues() {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return success(["x"]);
      },
    };
    const all = { includeAll: true, allValue: ".*" };
    await loadVariables({
      variables: [
        query("a", "label_values(up, a)", all),
        query("b", 'label_values(up{a=~"$a"}, b)', all),
        query("c", 'label_values(up{b=~"$b"}, c)', all),
      ],
      asked: () => [],
      interval: HOUR,
      source: "",
      api: counting,
      signal: NEVER,
    });
    expect(most).toBe(3);
  });

  it("ends where variables refer to each other", async () => {
    const { states } = await loadVariables({
      variables: [query("a", "label_values($b, job)"), query("b", "label_values($a, task)")],
      asked: () => [],
      interval: HOUR,
      source: "",
      api,
      signal: NEVER,
    });
    expect(states.map(({ chosen }) => chosen)).toEqual([["b"], ["t1"]]);
  });
});

describe("layOut", () => {
  const panel = (id: number, x: number, y: number, more: object = {}) => ({
    id,
    type: "stat",
    title: `panel ${id}`,
    gridPos: { x, y, w: 12, h: 4 },
    ...more,
  });
  const model = (panels: object[]): Dashboard => {
    const result = parseDashboard({ title: "t", panels });
    if ("error" in result) throw new Error(result.error);
    return result.dashboard;
  };
  const options = ["a", "b", "c"].map((value) => ({ value, text: value.toUpperCase() }));
  const scope: Scope = new Map([
    ["task", { values: ["a", "b", "c"], isPattern: true }],
    ["none", { values: [] }],
  ]);
  const grids = (dashboard: Dashboard) =>
    layOut(dashboard, scope, () => options).sections.flatMap(({ panels }) =>
      panels.map(({ grid }) => [grid.x, grid.y, grid.w, grid.h]),
    );

  it("unfolds a panel beside itself and moves down what follows", () => {
    const dashboard = model([panel(1, 0, 10, { repeat: "task", maxPerRow: 2 }), panel(2, 0, 14)]);
    expect(grids(dashboard)).toEqual([
      [0, 0, 12, 4],
      [12, 0, 12, 4],
      [0, 4, 12, 4],
      [0, 8, 12, 4],
    ]);
  });

  it("unfolds downwards where asked", () => {
    const dashboard = model([panel(1, 6, 0, { repeat: "task", repeatDirection: "v" })]);
    expect(grids(dashboard)).toEqual([
      [6, 0, 12, 4],
      [6, 4, 12, 4],
      [6, 8, 12, 4],
    ]);
  });

  it("lays no panel over another", () => {
    const two: Scope = new Map([
      ["task", { values: ["a", "b"] }],
      ["none", { values: [] }],
    ]);
    const wide = { gridPos: { x: 0, y: 0, w: 24, h: 8 } };
    const facts: [string, object[]][] = [
      ["none", [panel(1, 0, 0, wide), panel(2, 0, 8, { repeat: "none" }), panel(3, 12, 8)]],
      ["two", [panel(1, 0, 0, wide), panel(2, 0, 8, { repeat: "task" }), panel(3, 12, 8)]],
      ["right", [panel(1, 0, 0, wide), panel(2, 0, 8), panel(3, 12, 8, { repeat: "task" })]],
      ["no place", [1, 2, 3].map((id) => ({ id, type: "stat" }))],
      ["closed row", [{ type: "row", panels: [panel(2, 0, 9), panel(1, 0, 1), panel(3, 12, 1)] }]],
    ];
    for (const [name, panels] of facts) {
      const { sections } = layOut(model(panels), two, () => []);
      const cells = sections.flatMap((section) =>
        section.panels.flatMap(({ grid: { x, y, w, h } }) =>
          Array.from(
            { length: w * h },
            (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`,
          ),
        ),
      );
      expect([name, new Set(cells).size]).toEqual([name, cells.length]);
      expect([name, cells]).toEqual([name, expect.arrayContaining(["0/0"])]);
    }
  });

  it("keeps panels in order where those of a closed row are not in the file", () => {
    const row = { type: "row", panels: [panel(2, 0, 9), panel(1, 0, 1), panel(3, 12, 1)] };
    const { sections } = layOut(model([row]), scope, () => []);
    expect(sections[0]?.panels.map(({ panel: { id }, grid }) => [id, grid.x, grid.y])).toEqual([
      [1, 0, 0],
      [3, 12, 0],
      [2, 0, 4],
    ]);
  });

  it("gives each copy its own value", () => {
    const row = { type: "row", title: "Task $task", repeat: "task", gridPos: { y: 0 } };
    const { sections } = layOut(model([row, panel(1, 0, 1)]), scope, () => options);
    expect(sections.map(({ title }) => title)).toEqual(["Task A", "Task B", "Task C"]);
    expect(interpolate("$task", sections[1]?.panels[0]?.scope as Scope, "query")).toBe("b");
  });

  it("shows no more copies than a page can hold, and says so", () => {
    const many: Scope = new Map([
      ["task", { values: Array.from({ length: REPEATS_MAX + 9 }, (_, index) => `t${index}`) }],
    ]);
    const layout = layOut(model([panel(1, 0, 0, { repeat: "task" })]), many, () => []);
    expect(layout.sections[0]?.panels).toHaveLength(REPEATS_MAX);
    expect(layout.cut).toEqual(["task has 59 values: the first 50 are shown"]);
  });

  it("leaves out what repeats for nothing, closes the gap, and names the row", () => {
    const row = { type: "row", title: "Go runtime: $none", repeat: "none", gridPos: { y: 20 } };
    const dashboard = model([
      panel(1, 0, 0, { repeat: "none" }),
      panel(2, 0, 4),
      row,
      panel(3, 0, 21),
    ]);
    expect(grids(dashboard)).toEqual([[0, 0, 12, 4]]);
    expect(layOut(dashboard, scope, () => []).absent).toEqual(["Go runtime"]);
  });
});
