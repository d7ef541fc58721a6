// Who is signed in. The session's secret is a CryptoKey that nothing can read back; the browser
// keeps it in IndexedDB until the session expires or somebody signs out. Tabs tell each other.

import { signal } from "@preact/signals";
import { drop, keep, kept } from "./session-store";
import type { SigningCredentials } from "./sigv4";

export interface Session {
  credentials: SigningCredentials;
  account: string;
  /** ARN of the caller, as GetCallerIdentity gives it. */
  arn: string;
  /** Seconds since 1970; 0 where only the hub knows (credentials that somebody pasted). */
  expires: number;
}

/** Null where nobody is signed in; undefined until what the browser kept has been read. */
export const session = signal<Session | null | undefined>(undefined);
/** Why the last session ended, for the sign-in page: "" where nobody needs to know. */
export const endedBecause = signal("");

export const EXPIRED = "Your session has expired.";

type Message = { started: true } | { ended: string; reason: string };
const otherTabs =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("tributary-session");

function tell(message: Message): void {
  otherTabs?.postMessage(message);
}

export function isOver({ expires }: Pick<Session, "expires">, nowMs: number): boolean {
  return expires > 0 && expires * 1000 <= nowMs;
}

function forget(reason: string): void {
  endedBecause.value = reason;
  session.value = null;
}

export async function startSession(started: Session): Promise<void> {
  await keep(started);
  endedBecause.value = "";
  session.value = started;
  tell({ started: true });
}

/** Ends this session and no other one that a tab has begun meanwhile. */
export function endSession(reason: string, ended = session.value): void {
  forget(reason);
  if (!ended) return;
  const key = keyOf(ended);
  // Told when it is gone, so that no tab takes it up again.
  void drop(key).then(() => tell({ ended: key, reason }));
}

function keyOf({ credentials }: Session): string {
  return credentials.accessKeyId;
}

/** Takes up what the browser has kept. */
export async function restoreSession(nowMs: number): Promise<void> {
  const found = await kept();
  if (found && !isOver(found, nowMs)) session.value = found;
  else if (found) endSession(EXPIRED, found);
  else session.value = null;
}

/** Follows what other tabs do. */
export function followOtherTabs(now: () => number): void {
  otherTabs?.addEventListener("message", async ({ data }: MessageEvent<Message>) => {
    if ("ended" in data) {
      if (session.value && keyOf(session.value) === data.ended) forget(data.reason);
      return;
    }
    // A browser that keeps nothing has nothing for this tab.
    const found = await kept();
    if (!found || isOver(found, now())) return;
    endedBecause.value = "";
    session.value = found;
  });
}
