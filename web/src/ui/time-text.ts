// Ranges in words and as people type them, and the ranges beside one.

import { formatTime } from "../format/time";
import { type Interval, parseDuration, parseInstant, resolve, type TimeRange } from "../time/range";

/** "2026-11-23 01:00:00": what a field of the picker shows. */
export function instantText(seconds: number): string {
  return formatTime(Math.floor(seconds));
}

const WORDS: Record<string, string> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  y: "year",
};

const SECONDS_MATTER_BELOW = 600;

const NAMED: Record<string, string> = {
  "now/d to now/d": "Today",
  "now/d to now": "Today so far",
  "now-1d/d to now-1d/d": "Yesterday",
  "now/w to now/w": "This week",
};

/** "Last 6 hours"; "2026-11-23 01:00 to 02:00"; otherwise what is written. */
export function describe(range: TimeRange): string {
  const written = `${range.from} to ${range.to}`;
  const named = NAMED[written];
  if (named) return named;
  const last = /^now-(\d+)([smhdwy])$/.exec(range.from);
  if (last && range.to === "now") {
    const [, count, unit] = last;
    return `Last ${count} ${WORDS[unit as string]}${count === "1" ? "" : "s"}`;
  }
  if (range.from.startsWith("now") || range.to.startsWith("now")) return written;
  const interval = resolve(range, 0);
  if (!interval) return written;
  const seconds = interval.end - interval.start < SECONDS_MATTER_BELOW;
  const text = (at: number) => instantText(at).slice(0, seconds ? 19 : 16);
  const [from, to] = [text(interval.start), text(interval.end)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} to ${to.slice(11)}` : `${from} to ${to}`;
}

/** As a field shows it: relative as written, instants by the clock. */
export function fieldText(text: string): string {
  if (text.startsWith("now")) return text;
  const seconds = parseInstant(text, 0);
  return seconds === undefined ? text : instantText(seconds);
}

/** As the address has it: relative as written, instants in milliseconds; undefined for nonsense. */
export function addressText(text: string): string | undefined {
  const trimmed = text.trim();
  // "6h" is what one types for "now-6h".
  const written = parseDuration(trimmed) === undefined ? trimmed : `now-${trimmed}`;
  const seconds = parseInstant(written, 0);
  if (seconds === undefined) return undefined;
  return written.startsWith("now") ? written : String(Math.round(seconds * 1000));
}

/** What is wrong with what somebody typed, or the range. */
export function typedRange(from: string, to: string, now: number): TimeRange | string {
  const hint = "cannot be read: write now-6h, or 2026-11-23 01:00:00";
  const range = { from: addressText(from), to: addressText(to) };
  if (range.from === undefined) return `"${from}" ${hint}`;
  if (range.to === undefined) return `"${to}" ${hint}`;
  const whole = { from: range.from, to: range.to };
  return resolve(whole, now) ? whole : "The range ends before it begins.";
}

/** By half its length, not beyond now: there is nothing. */
export function shifted({ start, end }: Interval, direction: -1 | 1, now: number): Interval {
  const wanted = ((end - start) / 2) * direction;
  const shift = direction > 0 ? Math.max(Math.min(wanted, now - end), 0) : wanted;
  return { start: start + shift, end: end + shift };
}

// Earlier ones have fewer digits in an address than what is read as milliseconds.
const EARLIEST = 1e8;

/** Twice as long around the same middle; at the end of time it grows into the past. */
export function zoomedOut({ start, end }: Interval, now: number): Interval {
  const length = Math.max((end - start) * 2, 2);
  const wantedEnd = end + length / 4;
  const newEnd = wantedEnd > now ? Math.max(now, end) : wantedEnd;
  return { start: Math.max(newEnd - length, EARLIEST), end: newEnd };
}
