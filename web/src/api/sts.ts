// STS as sign-in needs it: https://docs.aws.amazon.com/STS/latest/APIReference/ and docs/hub.md.

import type { Call } from "./client";
import { send } from "./client";
import { hubError, unreachable, xmlText } from "./errors";
import type { Session } from "./session";
import { importSecret, queryString, type SigningCredentials } from "./sigv4";

const VERSION = "2011-06-15";

export interface Identity {
  account: string;
  arn: string;
}
export interface TemporaryCredentials {
  credentials: SigningCredentials;
  /** Seconds since 1970. */
  expires: number;
}

type Parameters = Record<string, string | undefined>;

function form(action: string, parameters: Parameters): [string, string][] {
  const pairs = Object.entries({ Action: action, Version: VERSION, ...parameters });
  return pairs.filter((pair): pair is [string, string] => Boolean(pair[1]));
}

async function text(response: Response): Promise<string> {
  const body = await response.text();
  if (!response.ok) throw hubError(response.status, body, response.headers);
  return body;
}

async function call(
  credentials: SigningCredentials,
  action: string,
  parameters: Parameters = {},
): Promise<string> {
  const signed: Call = {
    path: "/",
    form: form(action, parameters),
    region: "us-east-1",
    service: "sts",
    credentials,
  };
  return text(await send(signed));
}

/** Takes the secret out of the answer and into a key that nobody can read. */
async function temporary(xml: string): Promise<TemporaryCredentials> {
  return {
    credentials: {
      accessKeyId: xmlText(xml, "AccessKeyId"),
      secret: await importSecret(xmlText(xml, "SecretAccessKey")),
      sessionToken: xmlText(xml, "SessionToken"),
    },
    expires: Date.parse(xmlText(xml, "Expiration")) / 1000,
  };
}

function identity(xml: string): Identity {
  return { account: xmlText(xml, "Account"), arn: xmlText(xml, "Arn") };
}

export async function getCallerIdentity(credentials: SigningCredentials): Promise<Identity> {
  return identity(await call(credentials, "GetCallerIdentity"));
}

export async function getSessionToken(
  credentials: SigningCredentials,
): Promise<TemporaryCredentials> {
  return temporary(await call(credentials, "GetSessionToken"));
}

export interface RoleToAssume {
  roleArn: string;
  externalId?: string;
  sessionName: string;
}

export async function assumeRole(
  credentials: SigningCredentials,
  { roleArn, externalId, sessionName }: RoleToAssume,
): Promise<TemporaryCredentials> {
  const parameters = { RoleArn: roleArn, ExternalId: externalId, RoleSessionName: sessionName };
  return temporary(await call(credentials, "AssumeRole", parameters));
}

/** Of the link that `tributary-hub console-link` prints; nothing is signed. */
export async function redeemLink(token: string): Promise<Session> {
  const answer = fetch("/", {
    method: "POST",
    body: queryString(form("TributaryRedeemConsoleLink", { Token: token })),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    credentials: "omit",
    cache: "no-store",
  });
  const response = await answer.catch(() => {
    throw unreachable();
  });
  const xml = await text(response);
  return { ...(await temporary(xml)), ...identity(xml) };
}
