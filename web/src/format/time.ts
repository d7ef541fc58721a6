// Instants as an engineer reads them: ISO order, 24 hours, the browser's time zone.

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function dateOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
function clockOf(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
function secondsOf(date: Date): string {
  return `${clockOf(date)}:${two(date.getSeconds())}`;
}
function millisOf(date: Date): string {
  return `${secondsOf(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** "2026-11-23 01:33:41", with milliseconds where there are some; from seconds since 1970. */
export function formatTime(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) return String(seconds);
  return `${dateOf(date)} ${date.getMilliseconds() === 0 ? secondsOf(date) : millisOf(date)}`;
}

/** "2026-11-23T01:33:41.000Z": for files and links. */
export function formatIso(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

/** Labels of a time axis whose ticks are `step` seconds apart; midnight is shown as its day. */
export function formatTimeTicks(ticks: number[], step: number): string[] {
  return ticks.map((tick) => {
    const date = new Date(Math.round(tick * 1000));
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (step >= 28 * 86_400) return dateOf(date).slice(0, 7);
    if (step >= 86_400 || (midnight && date.getMilliseconds() === 0)) return dateOf(date).slice(5);
    if (step >= 60) return clockOf(date);
    return step >= 1 ? secondsOf(date) : millisOf(date);
  });
}
