import { describe, expect, it } from "vitest";
import { mistakes, sessionNameFor, trimmed } from "./sign-in";

const good = { accessKeyId: "AKIA0123456789ABCDEF", secretAccessKey: "secret" };

describe("mistakes", () => {
  const of = (changes: object) => Object.keys(mistakes({ ...good, ...changes }));

  it("finds nothing in a key, with or without a role", () => {
    expect(of({})).toEqual([]);
    expect(of({ roleArn: "arn:aws:iam::111111111111:role/path/Reader" })).toEqual([]);
    expect(of({ roleArn: "arn:aws:iam::111111111111:role/R", externalId: "x" })).toEqual([]);
    expect(of({ accessKeyId: "ASIA0123456789ABCDEF", sessionToken: "token" })).toEqual([]);
  });

  it("names the field that cannot be right", () => {
    expect(of({ accessKeyId: "" })).toEqual(["accessKeyId"]);
    expect(of({ accessKeyId: "AKIA" })).toEqual(["accessKeyId"]);
    expect(of({ secretAccessKey: "" })).toEqual(["secretAccessKey"]);
    expect(of({ accessKeyId: "ASIA0123456789ABCDEF" })).toEqual(["sessionToken"]);
    expect(of({ roleArn: "Reader" })).toEqual(["roleArn"]);
    expect(of({ externalId: "x" })).toEqual(["externalId"]);
  });
});

it("takes away what pasting adds", () => {
  expect(trimmed({ accessKeyId: " A\n", secretAccessKey: "\ts ", roleArn: " " })).toEqual({
    accessKeyId: "A",
    secretAccessKey: "s",
    sessionToken: undefined,
    roleArn: undefined,
    externalId: undefined,
  });
});

it("names a role session as STS takes it", () => {
  expect(sessionNameFor("arn:aws:iam::111111111111:user/path/ann")).toBe("console-ann");
  expect(sessionNameFor("arn:aws:iam::1:user/a b:c")).toBe("console-a-b-c");
  expect(sessionNameFor(`arn:aws:iam::1:user/${"x".repeat(64)}`)).toHaveLength(64);
});
