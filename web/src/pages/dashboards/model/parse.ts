// Grafana's JSON model of a dashboard (schema version 16 and later), read into types.ts. A file
// that is none is refused with a reason; parts that are not supported become notes.

import { DEFAULT_RANGE, parseDuration, parseInstant } from "../../../time/range";
import { fieldOf, overridesOf } from "./field";
import { isObject, type Json, number, object, objects, text, texts } from "./json";
import { oldDefaults, oldKind, oldOptions } from "./old";
import { reducerOf } from "./reduce";
import { limitOf, SUPPORTED_TRANSFORMATIONS } from "./transform";
import {
  type Dashboard,
  type Options,
  PANEL_KINDS,
  type Panel,
  type PanelKind,
  type Section,
  type Target,
  type Transformation,
} from "./types";
import { parseVariable } from "./variables";

export type Parsed = { dashboard: Dashboard } | { error: string };

function kindOf(json: Json): PanelKind {
  if (json.libraryPanel) return "unsupported";
  return PANEL_KINDS.find((kind) => kind === json.type) ?? oldKind(json) ?? "unsupported";
}

/** Of another data source than Prometheus, Amazon's or one named by a variable: what that is. */
function foreignSource(source: unknown): string | undefined {
  const uid = text(source, text(object(source).uid));
  const type = text(object(source).type);
  if (type === "__expr__" || uid === "__expr__") return "expressions";
  if (/^(-- (Dashboard|Grafana) --|grafana)$/.test(uid)) return `queries of "${uid}"`;
  const isOurs = type === "" || type === "datasource" || type.includes("prometheus");
  return isOurs ? undefined : `queries of "${type}"`;
}

function targetsOf(panel: Json, notes: string[]): Target[] {
  const foreign = new Set<string>();
  const targets = objects(panel.targets).flatMap((target, index): Target[] => {
    const source = foreignSource(target.datasource ?? panel.datasource);
    if (source) {
      foreign.add(source);
      return [];
    }
    const format = text(target.format);
    return [
      {
        refId: text(target.refId, String.fromCharCode(65 + index)),
        expr: text(target.expr),
        legendFormat: text(target.legendFormat),
        // Of both, a table shows the moment and all others what led there.
        instant: target.instant === true && (target.range !== true || panel.type === "table"),
        format: format === "table" || format === "heatmap" ? format : "time_series",
        interval: text(target.interval),
        hidden: target.hide === true,
      },
    ];
  });
  for (const what of foreign) notes.push(`${what} are left out: a workspace answers PromQL`);
  return targets;
}

function one<const T extends string>(value: unknown, known: readonly T[], fallback: T): T {
  return known.find((name) => name === value) ?? fallback;
}

function legendOf(options: Json): Options["legend"] {
  const legend = object(options.legend);
  if (legend.showLegend === false || legend.displayMode === "hidden") return "hidden";
  return legend.displayMode === "table" ? "table" : "list";
}

function optionsOf(options: Json, panel: Json): Options {
  const reduce = object(options.reduceOptions ?? options.fieldOptions);
  const calcs = texts(reduce.calcs);
  return {
    calcs: calcs.length > 0 ? calcs : ["lastNotNull"],
    colorMode: one(
      options.colorMode === "background_solid" ? "background" : options.colorMode,
      ["none", "value", "background"],
      "value",
    ),
    graph: options.graphMode === "area",
    textMode: one(options.textMode, ["auto", "value", "name", "value_and_name", "none"], "auto"),
    orientation: one(options.orientation, ["auto", "horizontal", "vertical"], "auto"),
    legend: legendOf(options),
    content: text(options.content, text(panel.content)),
    contentMode: one(options.mode ?? panel.mode, ["markdown", "plain"], "plain"),
    sortBy: objects(options.sortBy).map((sort) => ({
      name: text(sort.displayName),
      descending: sort.desc === true,
    })),
    unit: text(object(options.yAxis).unit),
  };
}

function transformationsOf(value: unknown, notes: string[]): Transformation[] {
  return objects(value).flatMap((transformation) => {
    const id = text(transformation.id);
    if (transformation.disabled === true) return [];
    if (!SUPPORTED_TRANSFORMATIONS.includes(id)) {
      notes.push(`the transformation "${id}" is not supported: the data are shown without it`);
      return [];
    }
    const options = object(transformation.options);
    if (id === "limit" && limitOf(options) === undefined)
      notes.push(`the limit "${options.limitField}" is no number: all rows are shown`);
    return [{ id, options }];
  });
}

function repeatOf(panel: Json): Panel["repeat"] {
  const variable = text(panel.repeat);
  if (variable === "") return undefined;
  return {
    variable,
    direction: panel.repeatDirection === "v" ? "v" : "h",
    maxPerRow: Math.min(Math.max(number(panel.maxPerRow) ?? 4, 1), 24),
  };
}

function gridOf(value: unknown): Panel["grid"] {
  const grid = object(value);
  const cells = (name: string, fallback: number, from: number, to: number) =>
    Math.min(Math.max(Math.round(number(grid[name]) ?? fallback), from), to);
  const x = cells("x", 0, 0, 23);
  return { x, y: cells("y", 0, 0, 1e6), w: cells("w", 12, 1, 24 - x), h: cells("h", 8, 1, 100) };
}

/** "2h" and "1d/d" are meant from now. */
function timeFromOf(written: string): string {
  return written === "" || written.startsWith("now") ? written : `now-${written}`;
}

function noteOptions(panel: Panel, json: Json, options: Json): void {
  const { kind, targets, notes, timeFrom, timeShift } = panel;
  const isFrom = timeFrom === "" || parseInstant(timeFrom, 0) !== undefined;
  if (!isFrom || (timeShift !== "" && parseDuration(timeShift) === undefined))
    notes.push("its own time range is not understood: the dashboard's is shown");
  if (kind === "heatmap" && options.calculate === true)
    notes.push("cells are not calculated from samples: each series is a bucket");
  if (kind === "text" && (options.mode ?? json.mode) === "html")
    notes.push("HTML is not run: it is shown as text");
  for (const calc of panel.options.calcs.filter((name) => !reducerOf(name)))
    notes.push(`the reducer "${calc}" is not supported: the last value is shown`);
  if (object(options.reduceOptions).values === true && targets.some(({ instant }) => !instant))
    notes.push("every value is asked for: one of each series is shown");
  for (const name of ["seriesOverrides", "styles"])
    if (objects(json[name]).length > 0)
      notes.push(`"${name}" of an older Grafana is not supported`);
}

export function parsePanel(json: Json): Panel {
  const plugin = text(json.type);
  const notes: string[] = [];
  const isOld = oldKind(json) !== undefined;
  const options = isOld ? oldOptions(json) : object(json.options);
  const config = object(json.fieldConfig ?? options.fieldOptions);
  const panel: Panel = {
    id: number(json.id) ?? 0,
    kind: kindOf(json),
    plugin: json.libraryPanel ? "library panel" : plugin,
    title: text(json.title),
    description: text(json.description),
    transparent: json.transparent === true,
    grid: gridOf(json.gridPos),
    targets: plugin === "text" ? [] : targetsOf(json, notes),
    field: fieldOf(isOld ? oldDefaults(json) : object(config.defaults)),
    overrides: overridesOf(config.overrides),
    options: optionsOf(options, json),
    transformations: transformationsOf(json.transformations, notes),
    repeat: repeatOf(json),
    interval: text(json.interval),
    maxDataPoints: number(json.maxDataPoints),
    timeFrom: timeFromOf(text(json.timeFrom)),
    timeShift: text(json.timeShift),
    notes,
  };
  noteOptions(panel, json, options);
  return panel;
}

/** From the top to the bottom, then from left to right. */
function inOrder(panels: unknown): Json[] {
  return objects(panels).sort((a, b) => {
    const [p, q] = [object(a.gridPos), object(b.gridPos)];
    return (number(p.y) ?? 0) - (number(q.y) ?? 0) || (number(p.x) ?? 0) - (number(q.x) ?? 0);
  });
}

/** Rows hold the panels that follow them, or, collapsed, those within them. */
function sectionsOf(panels: unknown): Section[] {
  const sections: Section[] = [{ title: "", collapsed: false, panels: [] }];
  for (const panel of inOrder(panels)) {
    if (panel.type === "row") {
      sections.push({
        title: text(panel.title),
        collapsed: panel.collapsed === true,
        repeat: text(panel.repeat) || undefined,
        panels: inOrder(panel.panels).map(parsePanel),
      });
    } else {
      (sections.at(-1) as Section).panels.push(parsePanel(panel));
    }
  }
  return sections.filter((section) => section.panels.length > 0);
}

function notesOf(json: Json, dashboard: Dashboard): string[] {
  const notes: string[] = [];
  const annotations = objects(object(json.annotations).list).filter(
    (annotation) => annotation.builtIn !== 1 && annotation.enable !== false,
  );
  if (annotations.length > 0) notes.push("annotations are not shown");
  for (const variable of dashboard.variables)
    if (variable.kind === "unsupported")
      notes.push(`the variable "${variable.name}" is of the type ${variable.type}: not supported`);
  return notes;
}

/** Why the JSON is not a dashboard that can be shown; nothing where it is one. */
function refusal(json: Json): string | undefined {
  if (isObject(json.elements))
    return "this is Grafana's dashboard schema v2: export it in the classic model";
  if (text(json.title) === "") return 'this is no dashboard: it has no "title"';
  if (Array.isArray(json.rows) && !Array.isArray(json.panels))
    return "this is of a Grafana before 5.0 (rows instead of panels): open and save it in a newer one";
  return undefined;
}

/** The model in what Grafana's API answers, `{"dashboard": {...}, "meta": {...}}`, or itself. */
export function modelOf(json: Json): Json {
  const inner = isObject(json.dashboard) ? json.dashboard : json.spec;
  return isObject(inner) && json.title === undefined ? inner : json;
}

export function parseDashboard(json: unknown): Parsed {
  if (!isObject(json)) return { error: "this is no dashboard: a JSON object was expected" };
  const model = modelOf(json);
  const error = refusal(model);
  if (error) return { error };
  const time = object(model.time);
  const dashboard: Dashboard = {
    uid: text(model.uid),
    title: text(model.title),
    description: text(model.description),
    tags: texts(model.tags),
    variables: objects(object(model.templating).list).map(parseVariable),
    sections: sectionsOf(model.panels),
    time: { from: text(time.from, DEFAULT_RANGE.from), to: text(time.to, DEFAULT_RANGE.to) },
    refresh: text(model.refresh),
    notes: [],
  };
  dashboard.notes = notesOf(model, dashboard);
  return { dashboard };
}
