import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HubError, request, WorkspaceApi } from "./client";
import { learnClock } from "./clock";
import { endedBecause, session } from "./session";
import { importSecret } from "./sigv4";

interface Sent {
  url: string;
  init: RequestInit & { headers: Record<string, string> };
}
let sent: Sent[] = [];
let answers: (Response | Error)[] = [];

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
/** Seconds since 1970. */
function signedAt(headers: Record<string, string>): number {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(headers["x-amz-date"] ?? "") ?? [];
  const parts =
    `${day}${time}`
      .match(/^(....)(..)(..)(..)(..)(..)$/)
      ?.slice(1)
      .map(Number) ?? [];
  const [year = 0, month = 0, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest) / 1000;
}
const call = { path: "/topology", region: "us-east-1" };

beforeEach(async () => {
  sent = [];
  answers = [];
  vi.stubGlobal("location", { host: "hub.example:9009" });
  vi.stubGlobal("fetch", async (url: string, init: Sent["init"]) => {
    sent.push({ url, init });
    const answer = answers.shift();
    if (answer instanceof Error || answer === undefined) throw answer ?? new TypeError("no answer");
    return answer;
  });
  const secret = await importSecret("secret");
  session.value = {
    credentials: { accessKeyId: "ASIA0", secret, sessionToken: "token" },
    account: "222222222222",
    arn: "arn:aws:iam::222222222222:user/ann",
    expires: 0,
  };
  endedBecause.value = "";
});
afterEach(() => vi.unstubAllGlobals());

describe("request", () => {
  it("signs what it sends, and sends no cookie", async () => {
    answers = [json(200, { accounts: [] })];

    expect(await request(call)).toEqual({ accounts: [] });

    expect(sent[0]?.url).toBe("/topology");
    expect(sent[0]?.init.credentials).toBe("omit");
    expect(sent[0]?.init.headers.authorization).toMatch(
      /Credential=ASIA0\/\d{8}\/us-east-1\/aps\//,
    );
  });

  it("says that the hub does not answer", async () => {
    answers = [new TypeError("Failed to fetch")];

    await expect(request(call)).rejects.toMatchObject({ code: "Unreachable", status: 0 });
    expect(session.value).not.toBeNull();
  });

  it("says when an answer is not what it should be", async () => {
    answers = [new Response("<html>", { status: 200 })];

    await expect(request(call)).rejects.toMatchObject({ code: "BadAnswer" });
  });

  it("lets an abort be an abort", async () => {
    answers = [new DOMException("gone", "AbortError")];

    await expect(request(call)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("ends the session with its credentials, not with a denial", async () => {
    answers = [
      json(403, { Message: "User: x is not authorized to perform: y" }),
      json(403, { message: "The security token included in the request is expired" }),
    ];

    await expect(request(call)).rejects.toBeInstanceOf(HubError);
    expect(session.value).not.toBeNull();
    await expect(request(call)).rejects.toBeInstanceOf(HubError);
    expect(session.value).toBeNull();
    expect(endedBecause.value).toMatch(/has ended.*expired/);
  });

  it("signs again by the hub's clock when its own was wrong, once", async () => {
    const late = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = { message: "Signature expired: a is now earlier than b" };
    answers = [json(403, skewed, { date: late }), json(200, { ok: true }, { date: late })];

    expect(await request(call)).toEqual({ ok: true });

    const [first = 0, second = 0] = sent.map(({ init }) => signedAt(init.headers));
    expect(Math.abs(second - first - 3600)).toBeLessThan(10);
    const now = new Date().toUTCString();
    answers = [json(403, skewed, { date: now }), json(403, skewed, { date: now })];
    await expect(request(call)).rejects.toMatchObject({ status: 403 });
    expect(sent).toHaveLength(4);
  });

  it("signs anew what was sent beside the request that told of the clock", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = { __type: "SignatureDoesNotMatch", message: "Signature expired" };
    const ok = () => json(200, {}, { date });
    answers = [1, 2, 3].map(() => json(403, skewed, { date })).concat([ok(), ok(), ok()]);

    await Promise.all([request(call), request(call), request(call)]);

    expect(sent).toHaveLength(6);
    learnClock(new Date().toUTCString());
  });

  it("asks nothing where nobody is signed in", async () => {
    session.value = null;

    await expect(request(call)).rejects.toMatchObject({ code: "SignedOut" });
    expect(sent).toEqual([]);
  });
});

describe("WorkspaceApi", () => {
  const arn = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1";
  const status = { statusCode: "ACTIVE" } as const;
  const api = new WorkspaceApi({ workspaceId: "ws-1", arn, status, createdAt: 0 });

  it("signs for the workspace's region and escapes names", async () => {
    answers = [json(200, { status: "success", data: [] })];

    await api.labelValues("a/b", [["match[]", '{x="y z"}']]);

    expect(sent[0]?.url).toBe(
      "/workspaces/ws-1/api/v1/label/a%2Fb/values?match%5B%5D=%7Bx%3D%22y%20z%22%7D",
    );
    expect(sent[0]?.init.headers.authorization).toContain("/eu-west-1/aps/");
  });

  it("takes 204 for the answer that it is", async () => {
    answers = [new Response(null, { status: 204 })];

    await expect(api.deleteSeries(['{a="b"}'])).resolves.toBeUndefined();
    expect(sent[0]?.init.body).toBe("match%5B%5D=%7Ba%3D%22b%22%7D");
  });
});
