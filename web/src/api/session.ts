// Who is signed in. The session's secret is a CryptoKey that nothing can read back; the browser
// keeps it in IndexedDB until the session expires or somebody signs out. Tabs tell each other.

import { signal } from "@preact/signals";
import { keep, kept } from "./session-store";
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

interface Message {
  ended?: string;
  started?: boolean;
}
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

export function endSession(reason: string): void {
  forget(reason);
  // Told when it is gone, so that no tab takes it up again.
  void keep(undefined).then(() => tell({ ended: reason }));
}

/** Takes up what the browser has kept. */
export async function restoreSession(nowMs: number): Promise<void> {
  const found = await kept();
  if (found && !isOver(found, nowMs)) session.value = found;
  else if (found) endSession(EXPIRED);
  else session.value = null;
}

/** Follows what other tabs do. */
export function followOtherTabs(now: () => number): void {
  otherTabs?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.ended !== undefined) forget(data.ended);
    if (data.started) void restoreSession(now());
  });
}
