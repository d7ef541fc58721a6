import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { authorization, canonicalRequest, importSecret, queryString, sign } from "./sigv4";

const conformance =
  process.env.TRIBUTARY_CONFORMANCE ?? resolve(__dirname, "../../../../shared/conformance");
const cases = `${conformance}/sigv4`;

// What the page never sends, so that it need not be able to sign it.
const DIFFERENT: [RegExp, string][] = [
  [/^get-(relative|slash).*-normalized$/, "paths with dots or empty segments"],
  [/^get-header-(key-duplicate|value-multiline|value-order)/, "a header field that is there twice"],
];

function parse(text: string) {
  const [head = "", ...rest] = text.split(/\r?\n\r?\n/);
  const [line = "", ...fields] = head.trimEnd().split(/\r?\n/);
  const [method = "", target = ""] = line.replace(/ HTTP\/1\.1$/, "").split(/ (.*)/s);
  const [path = "", search = ""] = target.split(/\?(.*)/s);
  const query = [...new URLSearchParams(search)];
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const [name = "", value = ""] = field.split(/:(.*)/s);
    headers[name.toLowerCase()] = value.trim().replace(/ +/g, " ");
  }
  return { method, path, query, headers, body: rest.join("\n\n") };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}

async function signed(name: string) {
  const read = (file: string) => readFileSync(`${cases}/${name}/${file}`, "utf8");
  const context = JSON.parse(read("context.json"));
  const { access_key_id, secret_access_key, token } = context.credentials;
  const time = context.timestamp.replace(/[-:]/g, "");
  const { method, path, query, headers, body } = parse(read("request.txt"));
  headers["x-amz-date"] = time;
  const payload = await sha256(body);
  if (context.sign_body) headers["x-amz-content-sha256"] = payload;
  if (token && !context.omit_session_token) headers["x-amz-security-token"] = token;
  const request = { method, path, query, headers, payload };
  const secret = await importSecret(secret_access_key);
  const scope = { time, region: context.region, service: context.service };
  const value = await authorization(request, { accessKeyId: access_key_id, secret }, scope);
  return {
    canonical: canonicalRequest(request),
    signature: value.replace(/.*Signature=/, ""),
    wantedCanonical: read("header-canonical-request.txt"),
    wantedSignature: read("header-signature.txt"),
  };
}

describe.skipIf(!existsSync(cases))("the vectors of aws-c-auth", () => {
  const names = existsSync(cases) ? readdirSync(cases) : [];
  for (const name of names) {
    const different = DIFFERENT.find(([pattern]) => pattern.test(name));
    it(
      different ? `${name} differs: ${different[1]}` : `${name} is signed as they say`,
      async () => {
        const made = await signed(name);

        if (different) {
          expect(made.signature).not.toBe(made.wantedSignature);
        } else {
          expect(made.canonical).toBe(made.wantedCanonical);
          expect(made.signature).toBe(made.wantedSignature);
        }
      },
    );
  }
});

describe("sign", () => {
  const request = {
    method: "POST",
    path: "/workspaces/ws-1/api/v1/query",
    host: "127.0.0.1:9009",
    body: "query=up",
    region: "eu-west-1",
    service: "aps",
  };

  it("sends the token of temporary credentials and never the secret", async () => {
    const secret = await importSecret("secret-of-the-test");

    const headers = await sign(
      request,
      { accessKeyId: "ASIA1", secret, sessionToken: "token" },
      new Date("2026-01-02T03:04:05.678Z"),
    );

    expect(headers["x-amz-security-token"]).toBe("token");
    expect(headers["x-amz-date"]).toBe("20260102T030405Z");
    expect(headers.authorization).toContain(
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
    );
    expect(JSON.stringify(headers)).not.toContain("secret-of-the-test");
    expect(secret.extractable).toBe(false);
  });

  it("derives a key anew for another secret under the same access key", async () => {
    const now = new Date("2026-01-02T03:04:05Z");
    const a = await importSecret("a");
    const b = await importSecret("b");

    const first = await sign(request, { accessKeyId: "AKIA1", secret: a }, now);
    const second = await sign(request, { accessKeyId: "AKIA1", secret: b }, now);

    expect(first.authorization).not.toBe(second.authorization);
  });
});

describe("queryString", () => {
  it("escapes all but unreserved characters", () => {
    expect(queryString([["match[]", `{a="b c'*"}`]])).toBe(
      "match%5B%5D=%7Ba%3D%22b%20c%27%2A%22%7D",
    );
  });
});
