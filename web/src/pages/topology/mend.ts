// How to add a missing statement: the command of the AWS CLI, where there is one.

import type { Missing, PolicyDocument } from "../../api/types";

export interface Remedy {
  /** Who has to do it, and what it does. */
  text: string;
  /** Absent where no command does it. */
  command?: string;
}

const SIDES: Record<Missing["side"], string> = {
  identity_policy: "identity policy",
  permissions_boundary: "permissions boundary",
  session_policy: "session policy",
  trust_policy: "trust policy",
  resource_policy: "resource policy",
  root_user: "root user",
};

export function sideName(side: Missing["side"]): string {
  return SIDES[side];
}

interface Holder {
  kind: "role" | "user";
  name: string;
  account: string;
}

export function parseHolder(holder: string): Holder | undefined {
  const found = /^(role|user) (\S+) of account (\d{12})$/.exec(holder);
  if (!found) return undefined;
  const [, kind, name, account] = found as unknown as [string, Holder["kind"], string, string];
  return { kind, name, account };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/** A trust policy with one statement more; nothing where it cannot be read. */
export function withStatement(document: string, statement: string): string | undefined {
  try {
    const policy = JSON.parse(document);
    const before = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
    return JSON.stringify({ ...policy, Statement: [...before, JSON.parse(statement)] });
  } catch {
    return undefined;
  }
}

function policyOf(statement: string): string {
  return `{"Version":"2012-10-17","Statement":[${compact(statement)}]}`;
}

// IAM replaces an inline policy of the same name: each statement has a name of its own,
// "allow-sts-AssumeRole-222222222222-writer-1k2j3h4".
function policyName(statement: string): string {
  const name = `allow-${words(statement)}`.replace(/[^\w+=,.@-]/g, "-");
  const hash = hashOf(compact(statement));
  return `${name.slice(0, POLICY_NAME_MAX - hash.length - 1)}-${hash}`;
}

const POLICY_NAME_MAX = 128;

function words(statement: string): string {
  try {
    const { Action, Resource } = JSON.parse(statement);
    const arn = String([Resource].flat()[0]).split(":");
    const names = [arn[4], arn.at(-1)?.split("/").at(-1)].filter((name) => name && name !== "*");
    return [[Action].flat()[0], ...names].join("-");
  } catch {
    return "missing";
  }
}

// FNV-1a, in base 36.
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(36);
}

// One statement too many, not one too few, or something that no statement mends.
function withoutStatement({ side, holder, nearMiss }: Missing): Remedy {
  const where = `the ${sideName(side)} of ${holder}`;
  if (!nearMiss) return { text: `A statement of ${where} refuses it. Its account sees which.` };
  const denied = nearMiss.startsWith("denied by ");
  const how = denied ? " Narrow or remove that statement: Deny goes before every Allow." : "";
  return { text: `In ${where}: ${nearMiss}.${how}` };
}

/** `endpoint` is the hub's address, `documents` what the caller may see of both sides. */
export function remedy(missing: Missing, documents: PolicyDocument[], endpoint: string): Remedy {
  const holder = parseHolder(missing.holder);
  const cli = (...words: string[]) =>
    ["aws", `--endpoint-url ${endpoint}`, "--region us-east-1", ...words].join(" ");
  const mendable = missing.side !== "resource_policy" && missing.side !== "root_user";
  if (missing.statement === "" && mendable) return withoutStatement(missing);
  switch (missing.side) {
    case "identity_policy": {
      if (!holder) break;
      const named = `--${holder.kind}-name ${holder.name}`;
      const name = `--policy-name ${policyName(missing.statement)}`;
      const document = `--policy-document ${quoted(policyOf(missing.statement))}`;
      return {
        text: `As an administrator of account ${holder.account}: adds an inline policy.`,
        command: cli("iam", `put-${holder.kind}-policy`, named, name, document),
      };
    }
    case "trust_policy": {
      if (!holder) break;
      const now = documents.find((one) => one.side === "trust_policy")?.document;
      const all = now === undefined ? undefined : withStatement(now, missing.statement);
      if (all === undefined)
        return {
          text:
            `As an administrator of account ${holder.account}: shows the trust policy. Add the ` +
            "statement to what stands there, and put all of it back by " +
            "aws iam update-assume-role-policy.",
          command: cli(
            "iam",
            `get-role --role-name ${holder.name}`,
            "--query Role.AssumeRolePolicyDocument",
          ),
        };
      const words = ["iam", "update-assume-role-policy", `--role-name ${holder.name}`];
      return {
        text:
          `As an administrator of account ${holder.account}: replaces the trust policy by what ` +
          "it says now and the statement.",
        command: cli(...words, `--policy-document ${quoted(all)}`),
      };
    }
    case "permissions_boundary":
      return {
        text:
          `The policy that is the permissions boundary of ${missing.holder} needs a version with ` +
          "the statement: aws iam create-policy-version --set-as-default.",
      };
    case "session_policy":
      return {
        text:
          "Whoever calls AssumeRole passes a session policy that is too narrow: add the " +
          "statement to it, or pass none.",
      };
    case "resource_policy":
      return {
        text:
          "Workspaces have no policies of their own: assume a role of the workspace's account " +
          "and write by that.",
      };
    case "root_user":
      return { text: "The root user may not do this: take a user or a role." };
  }
  return { text: `Add the statement to the ${sideName(missing.side)} of ${missing.holder}.` };
}
