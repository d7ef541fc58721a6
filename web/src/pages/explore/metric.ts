// What is known of a metric by its name and metadata, and what one usually asks of its kind.

import type { Labels, MetricMetadata } from "../../api/types";
import { formatLabels } from "../../format/labels";

export type Metadata = Record<string, MetricMetadata[]>;

export interface Metric {
  name: string;
  /** counter, gauge, histogram, summary; "" where nobody said. */
  type: string;
  help: string;
  unit: string;
}

const SUFFIXES = ["_bucket", "_count", "_sum", "_total", "_created"];

/** Metadata stands at the family: what a histogram's series measure is said once. */
export function describe(name: string, metadata: Metadata): Metric {
  const own = metadata[name]?.[0];
  if (own) return { name, ...own };
  for (const suffix of SUFFIXES) {
    if (!name.endsWith(suffix)) continue;
    const family = metadata[name.slice(0, -suffix.length)]?.[0];
    if (!family) continue;
    const counts = ["histogram", "summary"].includes(family.type) || suffix === "_total";
    return { name, ...family, type: counts && suffix !== "_created" ? "counter" : family.type };
  }
  return { name, type: "", help: "", unit: "" };
}

function isCounter({ name, type }: Metric): boolean {
  return type === "counter" || (type === "" && /(_total|_count|_sum|_bucket)$/.test(name));
}

export interface Suggestion {
  label: string;
  expression: string;
}

/** Of the series that have these labels. */
export function suggestions(metric: Metric, labels: Labels = {}): Suggestion[] {
  const selector = formatLabels({ ...labels, __name__: metric.name });
  const plain = { label: "Value", expression: selector };
  if (metric.name.endsWith("_bucket")) {
    const by = `sum by (le) (rate(${selector}[5m]))`;
    return [
      { label: "95th percentile", expression: `histogram_quantile(0.95, ${by})` },
      { label: "Rate by bucket", expression: by },
      plain,
    ];
  }
  if (metric.type === "histogram") {
    return [
      {
        label: "95th percentile",
        expression: `histogram_quantile(0.95, sum(rate(${selector}[5m])))`,
      },
      { label: "Average", expression: `histogram_avg(sum(rate(${selector}[5m])))` },
      plain,
    ];
  }
  if (isCounter(metric)) {
    return [
      { label: "Rate", expression: `rate(${selector}[5m])` },
      { label: "Sum of rates", expression: `sum(rate(${selector}[5m]))` },
      { label: "Increase in an hour", expression: `increase(${selector}[1h])` },
      plain,
    ];
  }
  return [
    plain,
    { label: "Average", expression: `avg(${selector})` },
    { label: "Change in an hour", expression: `delta(${selector}[1h])` },
  ];
}
