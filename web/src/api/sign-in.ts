// From what somebody typed or was sent to a session.

import type { Session } from "./session";
import { importSecret } from "./sigv4";
import { assumeRole, getCallerIdentity, getSessionToken, type TemporaryCredentials } from "./sts";

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string;
  /** A role to become. */
  roleArn?: string;
  externalId?: string;
}

/** What somebody pastes has line ends and spaces around it. */
export function trimmed(key: AccessKey): AccessKey {
  const text = (value?: string) => value?.trim() || undefined;
  return {
    accessKeyId: key.accessKeyId.trim(),
    secretAccessKey: key.secretAccessKey.trim(),
    sessionToken: text(key.sessionToken),
    roleArn: text(key.roleArn),
    externalId: text(key.externalId),
  };
}

/** What is wrong with it before the hub is asked; by field. */
export function mistakes(key: AccessKey): Partial<Record<keyof AccessKey, string>> {
  const found: Partial<Record<keyof AccessKey, string>> = {};
  if (!key.accessKeyId) found.accessKeyId = "An access key ID such as AKIA... is needed.";
  else if (!/^\w{16,128}$/.test(key.accessKeyId))
    found.accessKeyId = "An access key ID has 16 letters and digits or more.";
  else if (key.accessKeyId.startsWith("ASIA") && !key.sessionToken)
    found.sessionToken = "A key that begins with ASIA is temporary: it needs its session token.";
  if (!key.secretAccessKey) found.secretAccessKey = "The secret access key is needed.";
  if (key.roleArn && !/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/.test(key.roleArn))
    found.roleArn = "A role's ARN reads arn:aws:iam::<12 digits>:role/<name>.";
  if (key.externalId && !key.roleArn) found.externalId = "An external ID goes with a role.";
  return found;
}

/** The words between "/" at the end: what stands in the audit log of the role's account. */
export function sessionNameFor(arn: string): string {
  const name = arn.split("/").pop() ?? "";
  return `console-${name.replace(/[^\w+=,.@-]/g, "-")}`.slice(0, 64);
}

/** What the callers' credentials become. The secret is out of reach when this is through. */
export async function signIn(typed: AccessKey): Promise<Session> {
  const key = trimmed(typed);
  const credentials = {
    accessKeyId: key.accessKeyId,
    secret: await importSecret(key.secretAccessKey),
    sessionToken: key.sessionToken,
  };
  const caller = await getCallerIdentity(credentials);
  let temporary: TemporaryCredentials = { credentials, expires: 0 };
  if (key.roleArn) {
    temporary = await assumeRole(credentials, {
      roleArn: key.roleArn,
      externalId: key.externalId,
      sessionName: sessionNameFor(caller.arn),
    });
  } else if (!key.sessionToken) {
    temporary = await getSessionToken(credentials);
  }
  const identity = key.roleArn ? await getCallerIdentity(temporary.credentials) : caller;
  return { ...temporary, ...identity };
}
