import { expect, test } from "vitest";
import type { Missing } from "../../api/types";
import { parseHolder, remedy, withStatement } from "./mend";

const STATEMENT = '{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::2:role/r"}';

function missing(rest: Partial<Missing>): Missing {
  return {
    side: "identity_policy",
    holder: "role task of account 111111111111",
    statement: STATEMENT,
    ...rest,
  };
}

test("adds to an identity policy by an inline policy", () => {
  const { command } = remedy(missing({}), [], "http://hub:9009");

  expect(command?.replace(/-r-\w+ /, "-r-HASH ")).toBe(
    "aws --endpoint-url http://hub:9009 --region us-east-1 iam put-role-policy --role-name task " +
      "--policy-name allow-sts-AssumeRole-2-r-HASH " +
      `--policy-document '{"Version":"2012-10-17","Statement":[${STATEMENT}]}'`,
  );
});

test("replaces no policy that it has suggested for another statement", () => {
  const nameFor = (Resource: unknown) => {
    const statement = JSON.stringify({ Effect: "Allow", Action: "sts:AssumeRole", Resource });
    const { command } = remedy(missing({ statement }), [], "http://hub");
    return /--policy-name (\S+)/.exec(command ?? "")?.[1] ?? "";
  };
  const names = ["arn:aws:iam::2:role/a", "arn:aws:iam::2:role/b", "arn:aws:iam::3:role/a", "*"];
  const long = nameFor(`arn:aws:iam::2:role/${"é".repeat(200)}`);

  expect(new Set(names.map(nameFor)).size).toBe(names.length);
  expect(nameFor(names[0])).toBe(nameFor(names[0]));
  expect(nameFor([names[0], names[1]])).not.toBe(nameFor(names[0]));
  expect(long).toMatch(/^[\w+=,.@-]{100,128}$/);
});

test("adds nothing where a statement refuses", () => {
  for (const side of ["identity_policy", "trust_policy", "permissions_boundary"] as const) {
    const denied = missing({ side, statement: "", nearMiss: "denied by statement 2 of p" });
    const { command, text } = remedy(denied, [], "http://hub");
    expect(command).toBeUndefined();
    expect(text).toContain("denied by statement 2 of p");
    expect(text).not.toContain("Add");
  }
  const hidden = remedy(missing({ statement: "" }), [], "http://hub");
  expect(hidden.text).toContain("role task of account 111111111111");
});

test("keeps what a trust policy says already", () => {
  const trust = '{"Version":"2012-10-17","Statement":{"Sid":"it\'s"}}';
  const documents = [{ side: "trust_policy" as const, title: "", document: trust }];

  const { command } = remedy(missing({ side: "trust_policy" }), documents, "http://hub");

  expect(command).toContain("update-assume-role-policy --role-name task");
  expect(command).toContain(`"Statement":[{"Sid":"it'\\''s"},${STATEMENT}]`);
});

test("shows first, and does not lose, a trust policy which may not be seen", () => {
  const { command, text } = remedy(missing({ side: "trust_policy" }), [], "http://hub");

  expect(command).toContain("iam get-role --role-name task");
  expect(text).toContain("account 111111111111");
});

test("says what to do where no command does it", () => {
  for (const side of ["permissions_boundary", "session_policy", "resource_policy"] as const) {
    const { command, text } = remedy(missing({ side }), [], "http://hub");
    expect(command).toBeUndefined();
    expect(text).not.toBe("");
  }
});

test("knows the holder of a policy by its words", () => {
  expect(parseHolder("user ann of account 111111111111")).toEqual({
    kind: "user",
    name: "ann",
    account: "111111111111",
  });
  expect(parseHolder("session arn:aws:sts::1:assumed-role/a/b")).toBeUndefined();
});

test("does not touch a document that is not JSON", () => {
  expect(withStatement("{", STATEMENT)).toBeUndefined();
});
