// A dashboard as the page shows it: read from Grafana's JSON model by parse.ts, which leaves out
// what is not supported and says so. docs/dashboards.md names the subset.

import type { TimeRange } from "../../../time/range";

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  variables: Variable[];
  /** The panels above the first row stand in a section without title. */
  sections: Section[];
  time: TimeRange;
  /** "30s"; "" for none. */
  refresh: string;
  /** What the file asks for and the page does not do. */
  notes: string[];
}

export interface Section {
  title: string;
  collapsed: boolean;
  /** Name of the variable for each of whose values there is one. */
  repeat?: string;
  panels: Panel[];
}

export const PANEL_KINDS = [
  "timeseries",
  "stat",
  "gauge",
  "bargauge",
  "table",
  "heatmap",
  "text",
] as const;
export type PanelKind = (typeof PANEL_KINDS)[number] | "unsupported";

export interface Panel {
  id: number;
  kind: PanelKind;
  /** As in the file. */
  plugin: string;
  title: string;
  description: string;
  transparent: boolean;
  grid: Grid;
  targets: Target[];
  field: Field;
  overrides: Override[];
  options: Options;
  transformations: Transformation[];
  repeat?: { variable: string; direction: "h" | "v"; maxPerRow: number };
  /** The least step: "15s"; "" where the data source's counts. */
  interval: string;
  maxDataPoints?: number;
  /** Another range than the dashboard's, since "now-2h" or "now/d"; "" for none. */
  timeFrom: string;
  /** Moved into the past by "1d". */
  timeShift: string;
  notes: string[];
}

/** In cells of a grid of 24 columns. */
export interface Grid {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Target {
  refId: string;
  expr: string;
  legendFormat: string;
  instant: boolean;
  format: "time_series" | "table" | "heatmap";
  /** The least step of this query. */
  interval: string;
  hidden: boolean;
}

export interface Threshold {
  /** -Infinity for the base. */
  value: number;
  color: string;
}
export interface Mapping {
  matches: (value: number, text: string) => boolean;
  text?: string;
  color?: string;
}

/** How values of a field are shown. */
export interface Field {
  unit: string;
  decimals?: number;
  min?: number;
  max?: number;
  displayName: string;
  noValue: string;
  thresholds: Threshold[];
  /** Thresholds are shares of the range from min to max. */
  thresholdsInPercent: boolean;
  mappings: Mapping[];
  colorMode: string;
  fixedColor: string;
  style: "line" | "bars" | "points";
  /** 0..100 */
  fillOpacity: number;
  stacked: boolean;
  logarithmic: boolean;
  showThresholds: boolean;
  /** Of a table's cell. */
  cell: "auto" | "color-text" | "color-background" | "gauge";
  hidden: boolean;
  width?: number;
}

export interface Override {
  matcher: { id: string; options: unknown };
  apply: (field: Field) => Field;
}

/** Of every kind of panel, since most have several in common. */
export interface Options {
  /** Names of reducers (reduce.ts). */
  calcs: string[];
  colorMode: "none" | "value" | "background";
  graph: boolean;
  textMode: "auto" | "value" | "name" | "value_and_name" | "none";
  orientation: "auto" | "horizontal" | "vertical";
  legend: "list" | "table" | "hidden";
  content: string;
  contentMode: "markdown" | "plain";
  sortBy: { name: string; descending: boolean }[];
  /** Of a heatmap: that of the buckets. */
  unit: string;
}

export interface Transformation {
  id: string;
  options: Record<string, unknown>;
}

export interface Option {
  value: string;
  text: string;
}

interface VariableBase {
  name: string;
  label: string;
  /** Not shown above the panels. */
  hidden: boolean;
  multi: boolean;
  includeAll: boolean;
  /** What All stands for in queries; "" for all of the options. */
  allValue: string;
  /** Values chosen where the address names none. */
  initial: string[];
}
export type Variable = VariableBase &
  (
    | { kind: "query"; query: string; regex: string; sort: number }
    | { kind: "custom" | "constant"; options: Option[] }
    | { kind: "interval"; options: Option[]; auto?: { count: number; min: string } }
    | { kind: "textbox" }
    | { kind: "datasource" }
    | { kind: "unsupported"; type: string }
  );

/** The value that stands for every option. */
export const ALL = "$__all";
