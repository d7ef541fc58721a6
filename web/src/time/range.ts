// A time range as people write it and as Grafana does: "now-1h" to "now", or two instants.

import { instantOf, wallClock, zone } from "./zone";

export interface TimeRange {
  from: string;
  to: string;
}
/** Seconds since 1970. */
export interface Interval {
  start: number;
  end: number;
}

export const DEFAULT_RANGE: TimeRange = { from: "now-1h", to: "now" };

const UNITS: Record<string, number> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Seconds of a duration such as "1h30m" as Prometheus writes it; nothing for what is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    seconds += Number(count) * (UNITS[unit as string] as number);
  return seconds;
}

type Edge = "start" | "end";

/** The first or last moment of the calendar's minute, hour, day ... or year, in the chosen zone. */
function edgeOf(unit: string, seconds: number, edge: Edge): number {
  const date = wallClock(seconds * 1000);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const [hour, minute] = [date.getUTCHours(), date.getUTCMinutes()];
  const monday = day - ((date.getUTCDay() + 6) % 7);
  const more = edge === "end" ? 1 : 0;
  const at: Record<string, number> = {
    m: instantOf(year, month, day, hour, minute + more),
    h: instantOf(year, month, day, hour + more),
    d: instantOf(year, month, day + more),
    w: instantOf(year, month, monday + 7 * more),
    M: instantOf(year, month + more),
    y: instantOf(year + more, 0),
  };
  return Number(at[unit]) / 1000 - (more ? 0.001 : 0);
}

/** By a duration, or by "3M", months of the calendar; the 31st of a short month is its last day. */
function shifted(seconds: number, sign: -1 | 1, duration: string): number | undefined {
  const months = /^(\d+)M$/.exec(duration)?.[1];
  if (months === undefined) {
    const shift = parseDuration(duration);
    return shift === undefined ? undefined : seconds + sign * shift;
  }
  const date = wallClock(seconds * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + sign * Number(months)];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  const minute = instantOf(year, month, day, date.getUTCHours(), date.getUTCMinutes());
  return minute / 1000 + (seconds % 60);
}

/**
 * Of "now", "now-6h", "now-1d/d" (the start or the end of yesterday), milliseconds since 1970 as
 * Grafana links have them, or ISO 8601 (the chosen zone's time where none is named).
 */
export function parseInstant(text: string, now: number, edge: Edge = "start"): number | undefined {
  const trimmed = text.trim();
  const relative = /^now(?:([-+])(\w+))?(?:\/([mhdwMy]))?$/.exec(trimmed);
  if (relative) {
    const [, sign, duration, unit] = relative;
    const time = shifted(now, sign === "-" ? -1 : 1, duration ?? "0s");
    if (time === undefined) return undefined;
    return unit ? edgeOf(unit, time, edge) : time;
  }
  if (/^\d{12,14}$/.test(trimmed)) return Number(trimmed) / 1000;
  // What Date.parse makes of other texts is a guess that differs from browser to browser.
  const iso = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:?\d\d)?)?$/.exec(
    trimmed,
  );
  if (!iso) return undefined;
  const [, day, clock = "00:00", named = zone.value === "utc" ? "Z" : ""] = iso;
  const time = Date.parse(`${day}T${clock}${named}`);
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** Nothing where one of the two cannot be read or the range is empty. */
export function resolve(range: TimeRange, now: number): Interval | undefined {
  const start = parseInstant(range.from, now, "start");
  const end = parseInstant(range.to, now, "end");
  if (start === undefined || end === undefined || start >= end) return undefined;
  return { start, end };
}

const STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200,
  86_400,
];

/** A round number of seconds that gives about `points` steps, never below `min`. */
export function stepFor(interval: Interval, points: number, min = 1): number {
  const exact = Math.max((interval.end - interval.start) / Math.max(points, 1), min);
  return STEPS.find((step) => step >= exact) ?? Math.ceil(exact / 86_400) * 86_400;
}

/** Aligned to the step: from one look to the next, the points of a graph stay where they are. */
export function align(interval: Interval, step: number): Interval {
  return {
    start: Math.floor(interval.start / step) * step,
    end: Math.floor(interval.end / step) * step,
  };
}
