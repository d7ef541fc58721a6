// Who is signed in. The session's secret is a CryptoKey that nothing can read back; the browser
// keeps it in IndexedDB until the session expires or somebody signs out.

import { signal } from "@preact/signals";
import type { SigningCredentials } from "./sigv4";

export interface Session {
  credentials: SigningCredentials;
  account: string;
  /** ARN of the caller, as GetCallerIdentity gives it. */
  arn: string;
  /** Seconds since 1970. */
  expires: number;
}

/** Null where nobody is signed in; undefined until what the browser kept has been read. */
export const session = signal<Session | null | undefined>(undefined);
/** Why the last session ended, for the sign-in page: "" where nobody needs to know. */
export const endedBecause = signal("");

export function endSession(reason: string): void {
  endedBecause.value = reason;
  session.value = null;
}
