// What queries answer, as series over time and as tables.

import type { Labels, MatrixData, QueryData } from "../../../api/types";

/** One series of one target: samples in order, times in seconds. */
export interface SeriesData {
  refId: string;
  /** As the legend shows it. */
  name: string;
  labels: Labels;
  times: number[];
  values: number[];
}

export type Cell = string | number | null;
export interface TableColumn {
  name: string;
  kind: "time" | "label" | "number";
  refId: string;
}
export interface TableData {
  columns: TableColumn[];
  rows: Cell[][];
}

/** A series as PromQL writes it: up{job="a"}. */
export function seriesText(labels: Labels): string {
  const { __name__: name = "", ...rest } = labels;
  const inside = Object.entries(rest)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(", ");
  return inside === "" && name !== "" ? name : `${name}{${inside}}`;
}

/** legendFormat: {{label}} stands for its value; "__auto" and "" for the series. */
export function legendText(format: string, labels: Labels, expr: string): string {
  if (format === "__auto" || format === "") {
    const text = seriesText(labels);
    return text === "{}" ? expr : text;
  }
  return format.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => labels[name] ?? "");
}

interface Source {
  refId: string;
  expr: string;
  legendFormat: string;
}

function seriesOf(source: Source, labels: Labels, samples: [number, string][]): SeriesData {
  return {
    refId: source.refId,
    name: legendText(source.legendFormat, labels, source.expr),
    labels,
    times: samples.map(([time]) => time),
    values: samples.map(([, value]) => parseValue(value)),
  };
}

/** As Prometheus writes numbers. */
export function parseValue(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(text);
}

export function framesOf(source: Source, data: QueryData | MatrixData): SeriesData[] {
  switch (data.resultType) {
    case "matrix":
      return data.result.flatMap((item) =>
        item.values ? [seriesOf(source, item.metric, item.values)] : [],
      );
    case "vector":
      return data.result.flatMap((item) =>
        item.value ? [seriesOf(source, item.metric, [item.value])] : [],
      );
    case "scalar":
      return [seriesOf(source, {}, [data.result])];
    default:
      return [];
  }
}

/** Whether an answer has native histograms, of which no panel draws anything but a heatmap. */
export function hasHistograms(data: QueryData | MatrixData): boolean {
  if (data.resultType === "matrix") return data.result.some((item) => item.histograms?.length);
  return data.resultType === "vector" && data.result.some((item) => item.histogram);
}

/** Where all have one label in common and no other, its value tells more than the whole. */
export function calledByOnlyLabel(all: SeriesData[], isAuto: (refId: string) => boolean) {
  const [only, ...others] = new Set(all.flatMap(({ labels }) => Object.keys(labels)));
  if (only === undefined || others.length > 0) return all;
  return all.map((one) =>
    isAuto(one.refId) ? { ...one, name: one.labels[only] ?? one.name } : one,
  );
}

/** All times at which any has a sample, and the values of each there. */
export function aligned(series: SeriesData[]): { times: number[]; values: (number | null)[][] } {
  const times = [...new Set(series.flatMap((one) => one.times))].sort((a, b) => a - b);
  const at = new Map(times.map((time, index) => [time, index]));
  const values = series.map((one) => {
    const column: (number | null)[] = new Array(times.length).fill(null);
    one.times.forEach((time, index) => {
      column[at.get(time) as number] = one.values[index] as number;
    });
    return column;
  });
  return { times, values };
}

/** Steps without a sample become gaps: what an interval lacks is not drawn through. */
export function onGrid(
  series: SeriesData[],
  interval: { start: number; end: number },
  step: number,
): { times: number[]; values: (number | null)[][] } {
  const count = Math.floor((interval.end - interval.start) / step + 1e-6) + 1;
  const times = Array.from({ length: count }, (_, index) => interval.start + index * step);
  const values = series.map((one) => {
    const column: (number | null)[] = new Array(count).fill(null);
    one.times.forEach((time, index) => {
      const place = Math.round((time - interval.start) / step);
      if (place >= 0 && place < count) column[place] = one.values[index] as number;
    });
    return column;
  });
  return { times, values };
}

/** One row for each sample, one column for each label: what "format": "table" asks for. */
export function tableOf(refId: string, series: SeriesData[], valueName: string): TableData {
  const names = new Set<string>();
  for (const one of series) for (const name of Object.keys(one.labels)) names.add(name);
  const labels = [...names].sort();
  const columns: TableColumn[] = [
    { name: "Time", kind: "time", refId },
    ...labels.map((name): TableColumn => ({ name, kind: "label", refId })),
    { name: valueName, kind: "number", refId },
  ];
  const rows = series.flatMap((one) =>
    one.times.map((time, index): Cell[] => [
      time,
      ...labels.map((label) => one.labels[label] ?? null),
      one.values[index] as number,
    ]),
  );
  return { columns, rows };
}
