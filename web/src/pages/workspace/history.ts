// Rates over time. The hub knows those of now; for what was before, either a collector writes the
// hub's own metrics into this workspace, or the page remembers what it has seen.

import type { Activity } from "../../api/types";
import type { Series } from "../../chart/chart";
import type { Interval } from "../../time/range";

/** What was seen at one moment. */
export interface Seen {
  at: number;
  stored: number;
  refused: number;
  writes: number;
  queries: number;
  active: number;
}

/** An hour at a look every five seconds. */
export const SEEN_MAX = 720;
/** Longer than this between two looks is a gap. */
const GAP_S = 30;

export function seenOf(activity: Activity, at: number): Seen {
  const { ingest, query, series } = activity;
  return {
    at,
    stored: ingest.samplesPerSecond,
    refused: ingest.refusedPerSecond,
    writes: ingest.requestsPerSecond,
    queries: query.queriesPerSecond,
    active: series.active,
  };
}

export function remember(before: Seen[], seen: Seen): Seen[] {
  const last = before.at(-1);
  if (last && seen.at <= last.at) return before;
  return [...before, seen].slice(-SEEN_MAX);
}

type Measured = Exclude<keyof Seen, "at">;

export interface Lines {
  times: number[];
  series: Series[];
}

export function linesOf(history: Seen[], lines: [Measured, string][]): Lines {
  const times: number[] = [];
  const rows: (Seen | null)[] = [];
  for (const seen of history) {
    const last = times.at(-1);
    if (last !== undefined && seen.at - last > GAP_S) {
      times.push(last + GAP_S / 2);
      rows.push(null);
    }
    times.push(seen.at);
    rows.push(seen);
  }
  const series = lines.map(([key, name]) => ({
    name,
    labels: {},
    values: rows.map((row) => (row ? row[key] : null)),
  }));
  return { times, series };
}

/** What to show of it: at least five minutes. */
export function seenInterval(history: Seen[], now: number): Interval {
  return { start: Math.min(history[0]?.at ?? now, now - 300), end: now };
}

/** Queries of the hub's own metrics about a workspace, where somebody writes them into it. */
export function hubQueries(workspaceId: string, step: number) {
  const range = `${Math.max(60, Math.ceil(step * 4))}s`;
  const of = `{workspace="${workspaceId}"}`;
  return {
    stored: `sum(rate(tributary_hub_samples_stored_total${of}[${range}]))`,
    refused: `sum by (reason) (rate(tributary_hub_samples_refused_total${of}[${range}])) > 0`,
    active: `max(tributary_hub_series${of})`,
  };
}
