// What a deletion would hit.

import type { Query } from "../../api/client";
import type { Labels } from "../../api/types";
import { formatTime } from "../../format/time";
import type { Interval } from "../../time/range";
import { labelName } from "./selector";

/** More series than this are not listed. */
export const PREVIEW_MAX = 10_000;

export interface Preview {
  selectors: string[];
  /** Of all time where absent. */
  interval?: Interval;
  series: Labels[];
  /** There are more than are listed. */
  more: boolean;
  byMetric: { metric: string; count: number }[];
}

export function previewOf(
  selectors: string[],
  interval: Interval | undefined,
  answered: Labels[],
): Preview {
  const series = answered.slice(0, PREVIEW_MAX);
  const counts = new Map<string, number>();
  for (const labels of series) {
    const metric = labels.__name__ ?? "";
    counts.set(metric, (counts.get(metric) ?? 0) + 1);
  }
  return {
    selectors,
    interval,
    series,
    more: answered.length > PREVIEW_MAX,
    byMetric: [...counts]
      .map(([metric, count]) => ({ metric, count }))
      .sort((a, b) => b.count - a.count),
  };
}

export function countText(preview: Preview): string {
  const count = preview.series.length.toLocaleString("en");
  if (preview.more) return `more than ${count} series`;
  return preview.series.length === 1 ? "1 series" : `${count} series`;
}

/** The parameters of the calls that find and delete. */
export function spanQuery(interval: Interval | undefined): Query {
  if (!interval) return [];
  return [
    ["start", String(interval.start)],
    ["end", String(interval.end)],
  ];
}

export function spanText({ interval }: Pick<Preview, "interval">): string {
  if (!interval) return "all of their samples";
  const time = (seconds: number) => formatTime(Math.round(seconds));
  return `their samples from ${time(interval.start)} to ${time(interval.end)}`;
}

/** up{job="app"} */
export function seriesText(labels: Labels): string {
  const { __name__: metric = "", ...rest } = labels;
  const pairs = Object.entries(rest).map(
    ([name, value]) => `${labelName(name)}=${JSON.stringify(value)}`,
  );
  return `${metric}{${pairs.join(", ")}}`;
}
