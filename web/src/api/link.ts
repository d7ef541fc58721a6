// Sign-in by the link that `tributary-hub console-link` prints: /console/...#link=<token>. What is
// behind the # is sent to nobody; it leaves the address and the history before it is redeemed.

import { signal } from "@preact/signals";
import { isAbort } from "./errors";
import { type Session, session, startSession } from "./session";
import { kept } from "./session-store";
import { redeemLink } from "./sts";

/** A link is being redeemed. */
export const redeeming = signal(false);
/** Why the last link was of no use. */
export const linkFailure = signal<unknown>(undefined);
/** Whose session a link has put in another's place: a link can be sent by anybody. */
export const replacedBy = signal<Session | undefined>(undefined);

export function tokenIn(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("link") ?? "";
}

/** Without WebCrypto nothing can be signed: plain http to another machine has none. */
export function canSign(): boolean {
  return window.isSecureContext && crypto.subtle !== undefined;
}

/** Whether somebody is signed in by it. Where nothing can be signed the link stays good. */
export async function signInByLink(): Promise<boolean> {
  const token = tokenIn(location.hash);
  if (!token || !canSign()) return false;
  history.replaceState(null, "", location.pathname + location.search);
  redeeming.value = true;
  try {
    const before = session.value ?? (await kept());
    const started = await redeemLink(token);
    await startSession(started);
    linkFailure.value = undefined;
    if (before && before.arn !== started.arn) replacedBy.value = started;
    return true;
  } catch (failure) {
    if (!isAbort(failure)) linkFailure.value = failure;
    return false;
  } finally {
    redeeming.value = false;
  }
}
