// A time range as people write it and as Grafana does: "now-1h" to "now", or two instants.

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

/** Of "now", "now-6h", milliseconds since 1970 as Grafana links have them, or ISO 8601. */
export function parseInstant(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "now") return now;
  const relative = /^now([-+])(.+)$/.exec(trimmed);
  if (relative) {
    const seconds = parseDuration(relative[2] as string);
    return seconds === undefined ? undefined : relative[1] === "-" ? now - seconds : now + seconds;
  }
  if (/^\d{12,14}$/.test(trimmed)) return Number(trimmed) / 1000;
  const time = Date.parse(trimmed);
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** Nothing where one of the two cannot be read or the range is empty. */
export function resolve(range: TimeRange, now: number): Interval | undefined {
  const start = parseInstant(range.from, now);
  const end = parseInstant(range.to, now);
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

/** Aligned to the step, so that the points of a graph stay where they are from one look to the next. */
export function align(interval: Interval, step: number): Interval {
  return {
    start: Math.floor(interval.start / step) * step,
    end: Math.floor(interval.end / step) * step,
  };
}
