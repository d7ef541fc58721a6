import { describe, expect, it } from "vitest";
import { fieldFor } from "./field";
import { parseDashboard } from "./parse";
import type { Dashboard } from "./types";

function parsed(json: unknown): Dashboard {
  const result = parseDashboard(json);
  if ("error" in result) throw new Error(result.error);
  return result.dashboard;
}
function onePanel(json: object) {
  const dashboard = parsed({ title: "t", panels: [json] });
  const panel = dashboard.sections[0]?.panels[0];
  if (!panel) throw new Error("no panel");
  return panel;
}

describe("parseDashboard", () => {
  it("says why something is no dashboard", () => {
    const facts: [unknown, RegExp][] = [
      [[], /JSON object/],
      ["text", /JSON object/],
      [{ panels: [] }, /no "title"/],
      [{ title: "old", rows: [] }, /before 5\.0/],
      [
        { apiVersion: "dashboard.grafana.app/v2beta1", spec: { title: "t", elements: {} } },
        /schema v2/,
      ],
    ];
    for (const [json, message] of facts) {
      expect(parseDashboard(json)).toEqual({ error: expect.stringMatching(message) });
    }
  });

  it("takes what Grafana's API answers", () => {
    expect(parsed({ meta: {}, dashboard: { title: "inside" } }).title).toBe("inside");
  });

  it("survives values of any type", () => {
    const wild = { title: "t", panels: [null, 1, { type: {}, gridPos: [], targets: "x" }] };
    expect(parsed({ ...wild, templating: { list: [{}] }, tags: 1, time: 2 }).sections).toHaveLength(
      1,
    );
  });

  it("puts panels below the row that they follow, or within a collapsed one", () => {
    const at = (y: number, more: object) => ({ gridPos: { x: 0, y, w: 12, h: 8 }, ...more });
    const { sections } = parsed({
      title: "t",
      panels: [
        at(9, { type: "stat", title: "second" }),
        at(0, { type: "stat", title: "first" }),
        at(8, { type: "row", title: "Row" }),
        at(20, { type: "row", title: "Closed", collapsed: true, panels: [{ title: "third" }] }),
        at(30, { type: "row", title: "Empty" }),
      ],
    });

    expect(sections.map((one) => [one.title, one.panels.map((panel) => panel.title)])).toEqual([
      ["", ["first"]],
      ["Row", ["second"]],
      ["Closed", ["third"]],
    ]);
    expect(sections[2]?.collapsed).toBe(true);
  });

  it("notes what it does not do", () => {
    const { notes } = parsed({
      title: "t",
      annotations: { list: [{ builtIn: 1 }, { name: "deploys" }] },
      templating: { list: [{ type: "adhoc", name: "filter" }] },
    });
    expect(notes).toEqual([
      "annotations are not shown",
      'the variable "filter" is of the type adhoc: not supported',
    ]);
  });
});

describe("parsePanel", () => {
  it("keeps the type of a panel that it cannot draw", () => {
    expect(onePanel({ type: "nodeGraph" })).toMatchObject({
      kind: "unsupported",
      plugin: "nodeGraph",
    });
  });

  it("refuses queries of other data sources, and takes those of Prometheus and of variables", () => {
    const query = { refId: "A", expr: "up" };
    const loki = onePanel({ type: "table", datasource: { type: "loki" }, targets: [query] });
    expect(loki.targets).toEqual([]);
    expect(loki.notes).toEqual(['queries of "loki" are left out: a workspace answers PromQL']);
    for (const type of ["prometheus", "grafana-amazonprometheus-datasource", undefined]) {
      const panel = onePanel({ type: "stat", datasource: { type, uid: "$ds" }, targets: [query] });
      expect(panel.targets).toHaveLength(1);
    }
  });

  it("leaves out single queries of other data sources", () => {
    const mixed = { type: "datasource", uid: "-- Mixed --" };
    const a = { expr: "up", datasource: { type: "prometheus" } };
    const facts: [object, string[], RegExp[]][] = [
      [{ datasource: mixed, targets: [{ datasource: { type: "loki" } }, a] }, ["B"], [/"loki"/]],
      [{ targets: [a, { datasource: { type: "__expr__" } }] }, ["A"], [/^expressions are/]],
      [{ targets: [a, { datasource: "__expr__" }] }, ["A"], [/^expressions are/]],
      [{ datasource: "-- Dashboard --", targets: [{}] }, [], [/"-- Dashboard --"/]],
      [{ targets: [{ datasource: { ...mixed, uid: "-- Dashboard --" } }] }, [], [/Dashboard/]],
      [{ datasource: "-- Mixed --", targets: [a] }, ["A"], []],
      [{ type: "text", datasource: { uid: "-- Grafana --" }, targets: [{}] }, [], []],
    ];
    for (const [json, kept, notes] of facts) {
      const panel = onePanel({ type: "stat", ...json });
      expect(panel.targets.map(({ refId }) => refId)).toEqual(kept);
      expect(panel.notes).toEqual(notes.map((note) => expect.stringMatching(note)));
    }
  });

  it("reads a graph of before Grafana 7", () => {
    const panel = onePanel({
      type: "graph",
      stack: true,
      fill: 2,
      yaxes: [{ format: "bytes", min: "0", logBase: 1 }, {}],
    });
    expect(panel.kind).toBe("timeseries");
    expect(panel.field).toMatchObject({
      unit: "bytes",
      min: 0,
      stacked: true,
      fillOpacity: 20,
      logarithmic: false,
    });
  });

  it("reads what older versions say in other words", () => {
    const stat = (more: object) => ({ type: "singlestat", ...more });
    const defaults = (more: object) => ({ type: "stat", fieldConfig: { defaults: more } });
    const steps = [
      { color: "green", value: null },
      { color: "red", value: "80" },
    ];
    const coloured = { thresholds: "50,80", colors: ["green", "orange", "red"] };
    const facts: [object, object][] = [
      [{ type: "graph" }, { kind: "timeseries", field: { logarithmic: false } }],
      [{ type: "graph", yaxes: [{ logBase: 10 }] }, { field: { logarithmic: true } }],
      [{ type: "graph", legend: { show: false } }, { options: { legend: "hidden" } }],
      [{ type: "graph", legend: { show: true } }, { options: { legend: "list" } }],
      [stat({}), { kind: "stat", options: { calcs: ["avg"], colorMode: "none" }, notes: [] }],
      [stat({ valueName: "current" }), { options: { calcs: ["current"] }, notes: [] }],
      [stat({ valueName: "name" }), { options: { textMode: "name" }, notes: [] }],
      [stat({ colorBackground: true }), { options: { colorMode: "background" } }],
      [stat({ sparkline: { show: true } }), { options: { graph: true } }],
      [stat({ gauge: { show: true, maxValue: 9 } }), { kind: "gauge", field: { max: 9 } }],
      [stat(coloured), { field: { thresholds: [{}, { value: 50 }, { value: 80, color: "red" }] } }],
      [stat({ thresholds: "", colors: ["red"] }), { field: { thresholds: [{ color: "red" }] } }],
      [defaults({ thresholds: { steps } }), { field: { thresholds: [{}, { value: 80 }] } }],
      [
        { type: "gauge", options: { fieldOptions: { calcs: ["max"], defaults: { unit: "s" } } } },
        { field: { unit: "s" }, options: { calcs: ["max"] } },
      ],
    ];
    for (const [json, expected] of facts) expect(onePanel(json)).toMatchObject(expected);
  });

  it("reads mappings of older versions", () => {
    const down = { value: "0", text: "down", op: "=" };
    const none = { value: "null", text: "N/A", op: "=" };
    const far = { from: "5", to: "7", text: "far" };
    const mappings = [
      { type: 1, ...down },
      { type: 1, ...none },
      { type: 2, ...far },
    ];
    const facts: [object, (string | undefined)[]][] = [
      [{ type: "stat", fieldConfig: { defaults: { mappings } } }, ["down", "far", "N/A"]],
      [{ type: "singlestat", valueMaps: [down, none] }, ["down", undefined, "N/A"]],
      [{ type: "singlestat", mappingType: 2, rangeMaps: [far] }, [undefined, "far", undefined]],
    ];
    const values: [number, string][] = [
      [0, "0"],
      [6, "6"],
      [Number.NaN, ""],
    ];
    for (const [json, expected] of facts) {
      const { field } = onePanel(json);
      const texts = values.map(
        ([value, given]) => field.mappings.find((one) => one.matches(value, given))?.text,
      );
      expect(texts).toEqual(expected);
    }
  });

  it("notes what it shows otherwise", () => {
    const reduce = (reduceOptions: object) => ({ type: "stat", options: { reduceOptions } });
    const facts: [object, RegExp[]][] = [
      [reduce({ calcs: ["distinctCount"] }), [/distinctCount.*the last value/]],
      [reduce({ calcs: ["total", "p95"] }), []],
      [{ ...reduce({ values: true }), targets: [{ expr: "up" }] }, [/every value/]],
      [{ ...reduce({ values: true }), targets: [{ expr: "up", instant: true }] }, []],
      [{ type: "singlestat", valueName: "last_time" }, [/last_time/]],
      [{ type: "graph", seriesOverrides: [{ alias: "x" }] }, [/seriesOverrides/]],
      [{ type: "heatmap", options: { calculate: true } }, [/calculated/]],
      [
        { type: "table", transformations: [{ id: "limit", options: { limitField: "$n" } }] },
        [/"\$n"/],
      ],
      [{ type: "stat", timeFrom: "soon" }, [/time range/]],
      [{ type: "stat", timeShift: "1d/d" }, [/time range/]],
      [{ type: "stat", timeFrom: "now/d", timeShift: "1d" }, []],
      [{ type: "table", styles: [{ pattern: "x" }] }, [/styles/]],
    ];
    for (const [json, expected] of facts)
      expect(onePanel(json).notes).toEqual(expected.map((note) => expect.stringMatching(note)));
  });

  it("leaves out a transformation that it does not know, and says so", () => {
    const panel = onePanel({
      type: "table",
      transformations: [{ id: "organize" }, { id: "calculateField" }],
    });
    expect(panel.transformations.map(({ id }) => id)).toEqual(["organize"]);
    expect(panel.notes[0]).toMatch(/calculateField/);
  });

  it("keeps panels within the grid", () => {
    const panel = onePanel({ type: "stat", gridPos: { x: 20, y: -1, w: 99, h: 0 } });
    expect(panel.grid).toEqual({ x: 20, y: 0, w: 4, h: 1 });
  });

  it("applies overrides to the fields that they name", () => {
    const panel = onePanel({
      type: "table",
      fieldConfig: {
        defaults: { unit: "short" },
        overrides: [
          {
            matcher: { id: "byName", options: "cpu" },
            properties: [{ id: "unit", value: "percent" }],
          },
          {
            matcher: { id: "byRegexp", options: "/^mem/" },
            properties: [{ id: "custom.cellOptions", value: { type: "gauge" } }],
          },
        ],
      },
    });
    const field = (name: string) => fieldFor(panel, { name, refId: "A", isNumber: true });
    expect(field("cpu").unit).toBe("percent");
    expect(field("memory").cell).toBe("gauge");
    expect(field("other")).toEqual(panel.field);
  });
});
