// How far the hub's clock is ahead of this one's, learned from the Date of its answers: a computer
// whose clock is wrong can sign all the same, since signatures are good for minutes only.

// Less may be the way of the answer, and Date has whole seconds.
const TOLERATED_MS = 30_000;

let offsetMs = 0;

/** The hub's time, in milliseconds since 1970. */
export function hubNow(): number {
  return Date.now() + offsetMs;
}

/** Of the `Date` field of an answer that came at `received`. Whether the clock was set by it. */
export function learnClock(date: string | null, received = Date.now()): boolean {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return false;
  const ahead = theirs - received;
  const next = Math.abs(ahead) > TOLERATED_MS ? ahead : 0;
  const changed = Math.abs(next - offsetMs) > TOLERATED_MS;
  if (changed) offsetMs = next;
  return changed;
}
