// Buckets of histograms over time, as a heatmap draws them. Prometheus' buckets are cumulative: one
// for le="0.5" counts what le="0.1" counts, too.

import { onGrid, parseValue, type SeriesData } from "./frames";

export interface HeatRow {
  /** Both as the labels have them; "" for none below. */
  from: string;
  to: string;
  /** Of each time; null where there is no sample. */
  counts: (number | null)[];
}
export interface Heat {
  times: number[];
  /** The highest bucket first. */
  rows: HeatRow[];
  max: number;
}

export function heatOf(
  series: SeriesData[],
  interval: { start: number; end: number },
  step: number,
): Heat {
  const buckets = series
    .map((one) => ({ one, bound: parseValue(one.labels.le ?? one.name) }))
    .filter(({ bound }) => !Number.isNaN(bound))
    .sort((a, b) => a.bound - b.bound);
  const { times, values } = onGrid(
    buckets.map(({ one }) => one),
    interval,
    step,
  );
  const names = buckets.map(({ one }) => one.labels.le ?? one.name);
  const isCumulative = buckets.every(({ one }) => one.labels.le !== undefined);
  const rows = values.map((column, index): HeatRow => {
    const below = values[index - 1];
    const counts = column.map((value, at) =>
      value === null || !isCumulative ? value : Math.max(value - (below?.[at] ?? 0), 0),
    );
    return { from: names[index - 1] ?? "", to: names[index] ?? "", counts };
  });
  const max = rows.reduce(
    (most, { counts }) => counts.reduce<number>((m, count) => Math.max(m, count ?? 0), most),
    0,
  );
  return { times, rows: rows.reverse(), max };
}
