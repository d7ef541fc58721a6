// A range query's answer on one grid of times, as Chart takes it.

import type { MatrixItem } from "../api/types";
import type { Interval } from "../time/range";

/** A sample's value as Prometheus writes it: "1", "NaN", "+Inf". */
export function parseSample(text: string): number {
  switch (text) {
    case "+Inf":
    case "Inf":
      return Number.POSITIVE_INFINITY;
    case "-Inf":
      return Number.NEGATIVE_INFINITY;
    default:
      return text === "" ? Number.NaN : Number(text);
  }
}

function countOf(interval: Interval, step: number): number {
  return Math.max(Math.floor((interval.end - interval.start) / step + 1e-6) + 1, 0);
}

/** The times at which a range query with these parameters has values. */
export function gridOf(interval: Interval, step: number): number[] {
  // Milliseconds, as the hub counts them: 0.1 s added up drifts.
  return Array.from(
    { length: countOf(interval, step) },
    (_, i) => Math.round((interval.start + i * step) * 1000) / 1000,
  );
}

/** The values of one series on that grid; null where it has none. */
export function alignValues(item: MatrixItem, interval: Interval, step: number): (number | null)[] {
  const count = countOf(interval, step);
  const values: (number | null)[] = new Array(count).fill(null);
  for (const [time, text] of item.values ?? []) {
    const index = Math.round((time - interval.start) / step);
    if (index >= 0 && index < count) values[index] = parseSample(text);
  }
  return values;
}
