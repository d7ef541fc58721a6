// Whose clock is shown and typed: the browser's or UTC, as chosen in the session's menu. Reading
// `zone` while rendering draws anew when another one is chosen.

import { choiceOf } from "../ui/kept";

export type Zone = "local" | "utc";

export const ZONES = ["local", "utc"] as const satisfies readonly Zone[];

export const { chosen: zone, choose: chooseZone } = choiceOf<Zone>("zone", ZONES);

/** "Europe/Berlin", "UTC" */
export function zoneName(): string {
  return zone.value === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the clock shows at an instant: a date whose UTC fields are those of the clock. */
export function wallClock(ms: number): Date {
  if (zone.value === "utc") return new Date(ms);
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
}

/** The instant, in milliseconds, at which the clock shows this. Too many days are another month. */
export function instantOf(year: number, month: number, day = 1, hour = 0, minute = 0): number {
  if (zone.value === "utc") return Date.UTC(year, month, day, hour, minute);
  return new Date(year, month, day, hour, minute).getTime();
}
