// From what the queries answered to what is shown: lines of a graph, rows of a table.

import type { HistogramBucket, Labels, MatrixItem, QueryData, VectorItem } from "../../api/types";
import type { Series } from "../../chart/chart";
import { alignValues, gridOf, parseSample } from "../../chart/matrix";
import { formatLabels } from "../../format/labels";
import { formatTime } from "../../format/time";
import type { Answer, Outcome } from "./queries";

export interface Graph {
  times: number[];
  series: Series[];
  /** Series of native histograms, which a line cannot show. */
  histograms: number;
}

export function seriesName(labels: Labels, expression: string): string {
  return Object.keys(labels).length === 0 ? expression : formatLabels(labels);
}

export function toGraph({ moment, outcomes }: Answer): Graph {
  if (moment.kind !== "range") return { times: [], series: [], histograms: 0 };
  const { interval, step } = moment;
  let histograms = 0;
  const series: Series[] = [];
  for (const { asked, data } of outcomes) {
    if (data?.resultType !== "matrix") continue;
    for (const item of data.result) {
      if (!item.values?.length) {
        histograms++;
        continue;
      }
      const plain = seriesName(item.metric, asked.expression);
      series.push({
        name: outcomes.length > 1 ? `${asked.letter}: ${plain}` : plain,
        labels: item.metric,
        values: alignValues(item, interval, step),
      });
    }
  }
  return { times: gridOf(interval, step), series, histograms };
}

export interface Row {
  key: string;
  labels: Labels;
  /** As the hub wrote it: every digit. */
  value: string;
  /** For sorting; NaN where the value is no number. */
  number: number;
}

export interface Rows {
  rows: Row[];
  /** Names of labels that some row has, __name__ first. */
  labelNames: string[];
}

function bound(text: string, open: boolean, left: boolean): string {
  if (left) return `${open ? "(" : "["}${text}`;
  return `${text}${open ? ")" : "]"}`;
}

function bucketText([boundaries, lower, upper, count]: HistogramBucket): string {
  const openLeft = boundaries === 0 || boundaries === 2;
  const openRight = boundaries === 1 || boundaries === 2;
  return `${bound(lower, openLeft, true)}, ${bound(upper, openRight, false)}: ${count}`;
}

function vectorValue(item: VectorItem): string {
  if (item.value) return item.value[1];
  const { count, sum, buckets = [] } = item.histogram?.[1] ?? { count: "0", sum: "0" };
  return [`count ${count}, sum ${sum}`, ...buckets.map(bucketText)].join("\n");
}

function matrixValue(item: MatrixItem): string {
  const values = (item.values ?? []).map(([time, value]) => `${value} @ ${formatTime(time)}`);
  const histograms = (item.histograms ?? []).map(
    ([time, { count, sum }]) => `count ${count}, sum ${sum} @ ${formatTime(time)}`,
  );
  return [...values, ...histograms].join("\n");
}

function rowOf(labels: Labels, value: string, number = Number.NaN): Row {
  return { key: JSON.stringify(labels), labels, value, number };
}

function rowsOf(data: QueryData): Row[] {
  switch (data.resultType) {
    case "vector":
      return data.result.map((item) =>
        rowOf(
          item.metric,
          vectorValue(item),
          parseSample(item.value?.[1] ?? item.histogram?.[1].count ?? ""),
        ),
      );
    case "matrix":
      return data.result.map((item) => rowOf(item.metric, matrixValue(item)));
    case "scalar":
      return [rowOf({}, data.result[1], parseSample(data.result[1]))];
    case "string":
      return [rowOf({}, data.result[1])];
  }
}

export function toRows(outcome: Outcome): Rows {
  const rows = outcome.data ? rowsOf(outcome.data) : [];
  const names = new Set(rows.flatMap((row) => Object.keys(row.labels)));
  const labelNames = [...names].sort((a, b) =>
    a === "__name__" ? -1 : b === "__name__" ? 1 : a.localeCompare(b),
  );
  return { rows, labelNames };
}

/** How much an answer holds: series and the samples in them. */
export function countOf(data: QueryData): { series: number; samples: number } {
  switch (data.resultType) {
    case "vector":
      return { series: data.result.length, samples: data.result.length };
    case "matrix": {
      const size = (item: MatrixItem) =>
        (item.values?.length ?? 0) + (item.histograms?.length ?? 0);
      return {
        series: data.result.length,
        samples: data.result.reduce((sum, item) => sum + size(item), 0),
      };
    }
    default:
      return { series: 1, samples: 1 };
  }
}
