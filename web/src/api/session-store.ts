// One record in IndexedDB, which can hold a CryptoKey without anybody seeing what is in it. Where
// the browser has no store to give (a private window, a full disk), the session lives as long as
// the page.

import type { Session } from "./session";

const DATABASE = "tributary-console";
const STORE = "session";
const KEY = "current";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

async function withStore<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest,
): Promise<T | undefined> {
  try {
    const database = await opened();
    try {
      return await settled(use(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

export function kept(): Promise<Session | undefined> {
  return withStore<Session | undefined>("readonly", (store) => store.get(KEY));
}

/** Nothing forgets. */
export async function keep(session: Session | undefined): Promise<void> {
  await withStore<void>("readwrite", (store) =>
    session ? store.put(session, KEY) : store.delete(KEY),
  );
}
