// Limits of a workspace by their names in the limits file: what each is, in which unit, and how
// much of it is used where that is known.

import type { Activity, TsdbStatus } from "../../api/types";
import { formatValue } from "../../format/units";

type Unit = "number" | "rate" | "bytes" | "duration";

export interface LimitRow {
  name: string;
  what: string;
  limit: number;
  used?: number;
  /** Of the limit, 0..1 and above; absent where either is not known. */
  share?: number;
  limitText: string;
  usedText: string;
}

// Name, what it limits, unit, what 0 means.
const KNOWN: [name: string, what: string, unit: Unit, zero: string][] = [
  ["active_series_max", "active series", "number", "none"],
  ["series_per_metric_max", "active series of one metric", "number", "none"],
  ["ingestion_rate", "samples per second", "rate", "none"],
  ["ingestion_burst", "samples at once", "number", "10 s of the rate"],
  ["request_size_max", "one write request, uncompressed", "bytes", "none"],
  ["labels_per_series_max", "labels of a series", "number", "none"],
  ["label_name_bytes_max", "a label's name", "bytes", "none"],
  ["label_value_bytes_max", "a label's value", "bytes", "none"],
  ["metadata_families_max", "metrics with metadata", "number", "none"],
  ["exemplars_max", "exemplars that are kept", "number", "keeps none"],
  ["future_max", "how far ahead of the clock a sample may be", "duration", "none"],
  ["out_of_order_window", "how late a sample may be", "duration", "not at all"],
  ["retention", "how long samples are kept", "duration", "for ever"],
  ["retention_size", "blocks on disk", "bytes", "none"],
  ["query_samples_max", "samples that one query holds", "number", "none"],
  ["queries_samples_max", "samples that all queries hold", "number", "none"],
  ["answer_size_max", "one query's answer", "bytes", "none"],
  ["query_timeout", "one query, its wait included", "duration", "none"],
  ["query_range_max", "from start to end of a range query", "duration", "none"],
  ["query_lookback", "how old the sample of an instant may be", "duration", "none"],
  ["queries_running_max", "queries at a time", "number", "none"],
  ["queries_waiting_max", "queries that wait", "number", "none"],
];

const GRAFANA_UNITS: Record<Unit, string> = {
  number: "none",
  rate: "none",
  bytes: "bytes",
  duration: "dtdurations",
};

function text(value: number, unit: Unit): string {
  if (unit === "number") return Math.round(value).toLocaleString("en");
  if (unit === "rate") return `${formatValue(value, "short")}/s`;
  return formatValue(value, GRAFANA_UNITS[unit]);
}

function usedOf(name: string, activity: Activity, tsdb?: TsdbStatus): number | undefined {
  switch (name) {
    case "active_series_max":
      return activity.series.active;
    case "series_per_metric_max":
      return tsdb?.seriesCountByMetricName[0]?.value;
    case "ingestion_rate":
      return activity.ingest.samplesPerSecond;
    case "queries_running_max":
      return activity.query.running;
    case "queries_waiting_max":
      return activity.query.waiting;
    default:
      return undefined;
  }
}

/** Those that are used first, the fullest at the top; then the others as the file has them. */
export function limitRows(activity: Activity, tsdb?: TsdbStatus): LimitRow[] {
  const known = new Set(KNOWN.map(([name]) => name));
  const others = Object.keys(activity.limits)
    .filter((name) => !known.has(name))
    .map((name): (typeof KNOWN)[number] => [name, "", "number", "none"]);
  const rows = [...KNOWN, ...others].flatMap(([name, what, unit, zero]) => {
    const limit = activity.limits[name];
    if (limit === undefined) return [];
    const used = usedOf(name, activity, tsdb);
    const row: LimitRow = {
      name,
      what,
      limit,
      used,
      share: used === undefined || limit <= 0 ? undefined : used / limit,
      limitText: limit === 0 ? zero : text(limit, unit),
      usedText: used === undefined ? "" : text(used, unit),
    };
    return [row];
  });
  const rank = (row: LimitRow) => row.share ?? (row.used === undefined ? -2 : -1);
  return rows.sort((a, b) => rank(b) - rank(a));
}
