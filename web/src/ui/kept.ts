// Small things that the browser keeps from one visit to the next. A browser that keeps nothing (its
// storage is blocked) is one in which nothing was chosen.

import { signal } from "@preact/signals";

export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(`tributary.${name}`, value);
  } catch {
    // Not kept, then.
  }
}

export function keptChoice(name: string): string | null {
  try {
    return localStorage.getItem(`tributary.${name}`);
  } catch {
    return null;
  }
}

/** One of some, the first until another is chosen, here or in another tab. */
export function choiceOf<T extends string>(name: string, all: readonly [T, ...T[]]) {
  const read = () => all.find((each) => each === keptChoice(name)) ?? all[0];
  const chosen = signal<T>(read());
  const choose = (next: T) => {
    keepChoice(name, next);
    chosen.value = next;
  };
  // Another tab has chosen.
  globalThis.addEventListener?.("storage", () => {
    chosen.value = read();
  });
  return { chosen, choose };
}
