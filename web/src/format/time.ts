// Instants as an engineer reads them: ISO order, 24 hours, in the chosen zone (time/zone.ts).

import { wallClock } from "../time/zone";

/** "2026-11-23T01:33:41.250Z" of what the clock shows; nothing for what is no instant. */
function isoOf(seconds: number): string | undefined {
  const date = wallClock(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** "2026-11-23 01:33:41", with milliseconds where there are some; from seconds since 1970. */
export function formatTime(seconds: number): string {
  const text = isoOf(seconds)?.replace("T", " ");
  return text?.replace(/(\.000)?Z$/, "") ?? String(seconds);
}

/** "14:05" */
export function formatClock(seconds: number): string {
  return isoOf(seconds)?.slice(11, 16) ?? String(seconds);
}

/** "2026-11-23T01:33:41.000Z", whatever the zone: for files and links. */
export function formatIso(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

/** Labels of a time axis whose ticks are `step` seconds apart; midnight is shown as its day. */
export function formatTimeTicks(ticks: number[], step: number): string[] {
  return ticks.map((tick) => {
    const iso = isoOf(tick) ?? "";
    if (step >= 28 * 86_400) return iso.slice(0, 7);
    if (step >= 86_400 || iso.endsWith("T00:00:00.000Z")) return iso.slice(5, 10);
    if (step >= 60) return iso.slice(11, 16);
    return step >= 1 ? iso.slice(11, 19) : iso.slice(11, 23);
  });
}
