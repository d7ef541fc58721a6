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

/** Whether it is what this release keeps, not what another one kept; without WebCrypto none is. */
function isSession(found: Partial<Session> | undefined): found is Session {
  return (
    typeof CryptoKey !== "undefined" &&
    found?.credentials?.secret instanceof CryptoKey &&
    typeof found.arn === "string" &&
    typeof found.account === "string" &&
    typeof found.expires === "number"
  );
}

export async function kept(): Promise<Session | undefined> {
  const found = await withStore<Partial<Session>>("readonly", (store) => store.get(KEY));
  return isSession(found) ? found : undefined;
}

export async function keep(session: Session): Promise<void> {
  await withStore("readwrite", (store) => store.put(session, KEY));
}

/** Forgets the session of this access key; another one stays. */
export async function drop(accessKeyId: string): Promise<void> {
  await withStore("readwrite", (store) => {
    const found = store.get(KEY);
    found.addEventListener("success", () => {
      if (found.result?.credentials?.accessKeyId === accessKeyId) store.delete(KEY);
    });
    return found;
  });
}
