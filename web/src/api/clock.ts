// How far the hub's clock is ahead of this one's, learned from the Date of its answers: a computer
// whose clock is wrong can sign all the same, since signatures are good for minutes only.

import { signal } from "@preact/signals";

// Less may be the way of the answer, and Date has whole seconds.
const TOLERATED_MS = 30_000;

/** How far ahead the hub is, as far as it matters. */
export const offsetMs = signal(0);

/** The hub's time, in milliseconds since 1970. */
export function hubNow(): number {
  return Date.now() + offsetMs.peek();
}

/** Of the `Date` field of an answer that came at `received`. */
export function learnClock(date: string | null, received = Date.now()): void {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return;
  const ahead = theirs - received;
  if (Math.abs(ahead - offsetMs.peek()) <= TOLERATED_MS) return;
  offsetMs.value = Math.abs(ahead) > TOLERATED_MS ? ahead : 0;
}
