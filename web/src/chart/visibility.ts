// Which series the reader wants to see. Kept by their names, so that it outlives a refresh that
// brings other series.

export interface Visibility {
  /** hide: all but `keys`; only: `keys` alone, whatever else comes. */
  mode: "hide" | "only";
  keys: ReadonlySet<string>;
}

export const ALL_VISIBLE: Visibility = { mode: "hide", keys: new Set() };

export function isVisible(visibility: Visibility, key: string): boolean {
  return visibility.keys.has(key) === (visibility.mode === "only");
}

export function toggle(visibility: Visibility, key: string): Visibility {
  const keys = new Set(visibility.keys);
  if (!keys.delete(key)) keys.add(key);
  // Nothing left to look at: back to everything.
  return visibility.mode === "only" && keys.size === 0 ? ALL_VISIBLE : { ...visibility, keys };
}

/** That series alone; all again where it was alone before. */
export function solo(visibility: Visibility, key: string): Visibility {
  const alone = visibility.mode === "only" && visibility.keys.size === 1;
  if (alone && visibility.keys.has(key)) return ALL_VISIBLE;
  return { mode: "only", keys: new Set([key]) };
}

/** Of the series that are there: where none of those that were picked is left, all. */
export function visibleOf(visibility: Visibility, keys: string[]): boolean[] {
  const shown = keys.map((key) => isVisible(visibility, key));
  return visibility.mode === "only" && !shown.includes(true) ? keys.map(() => true) : shown;
}
