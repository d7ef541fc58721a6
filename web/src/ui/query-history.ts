// The queries that were run in this browser, the last first.

const KEY = "tributary.queries";
const KEPT = 200;
const LENGTH_MAX = 4000;

export type Store = Pick<Storage, "getItem" | "setItem">;

const NOTHING: Store = { getItem: () => null, setItem: () => {} };

/** The browser's; one that keeps nothing where it lets nobody at it. */
export function browserStore(): Store {
  try {
    return localStorage;
  } catch {
    return NOTHING;
  }
}

export function readHistory(store: Store): string[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    // Somebody else's text, or none may be kept: as if there were nothing.
    return [];
  }
}

export function remember(store: Store, expressions: string[]): void {
  const fresh = expressions
    .map((each) => each.trim())
    .filter((each) => each !== "" && each.length <= LENGTH_MAX);
  const kept = readHistory(store).filter((each) => !fresh.includes(each));
  try {
    store.setItem(KEY, JSON.stringify([...new Set(fresh), ...kept].slice(0, KEPT)));
  } catch {
    // A browser that keeps nothing has no history.
  }
}

export function forget(store: Store): void {
  try {
    store.setItem(KEY, "[]");
  } catch {
    // As above.
  }
}
