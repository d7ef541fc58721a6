// AWS Signature Version 4 with WebCrypto (docs/hub.md). Keys are CryptoKey objects that cannot be
// read back, so a secret leaves the memory of the page when the form that took it is gone.

export interface SigningCredentials {
  accessKeyId: string;
  /** "AWS4" + secret, imported for HMAC: see `importSecret`. */
  secret: CryptoKey;
  sessionToken?: string;
}

export interface UnsignedRequest {
  method: string;
  /** Path as it is sent, escaped once. */
  path: string;
  /** Decoded pairs, in any order. */
  query?: [string, string][];
  host: string;
  body?: string;
  region: string;
  service: string;
}

const encoder = new TextEncoder();
const HMAC = { name: "HMAC", hash: "SHA-256" };

export async function importSecret(secretAccessKey: string): Promise<CryptoKey> {
  return importKey(encoder.encode(`AWS4${secretAccessKey}`));
}

function importKey(bytes: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

function hmac(key: CryptoKey, text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign("HMAC", key, encoder.encode(text));
}

/** Percent-encoding of everything but unreserved characters (RFC 3986). */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function queryString(query: [string, string][]): string {
  return query.map(([key, value]) => `${escapeUri(key)}=${escapeUri(value)}`).join("&");
}

// In the order of code points, as AWS sorts.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalQuery(query: [string, string][]): string {
  return query
    .map(([key, value]): [string, string] => [escapeUri(key), escapeUri(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
}

const SCOPES_KEPT = 64;
const derived = new WeakMap<CryptoKey, Map<string, Promise<CryptoKey>>>();

/** A key serves one day, region and service; a dashboard asks for the same one many times. */
function signingKey(secret: CryptoKey, scope: string[]): Promise<CryptoKey> {
  let keys = derived.get(secret);
  if (!keys || keys.size >= SCOPES_KEPT) {
    keys = new Map();
    derived.set(secret, keys);
  }
  const name = scope.join("/");
  const key = keys.get(name) ?? deriveKey(secret, scope);
  keys.set(name, key);
  return key;
}

async function deriveKey(secret: CryptoKey, scope: string[]): Promise<CryptoKey> {
  let key = secret;
  for (const part of scope) key = await importKey(await hmac(key, part));
  return key;
}

/** What a signature is about; names of header fields in lower case. */
export interface Signable {
  method: string;
  path: string;
  query: [string, string][];
  headers: Record<string, string>;
  payload: string;
}

export function canonicalRequest(request: Signable): string {
  const names = Object.keys(request.headers).sort(compare);
  return [
    request.method,
    request.path.split("/").map(escapeUri).join("/"),
    canonicalQuery(request.query),
    ...names.map((name) => `${name}:${request.headers[name]}`),
    "",
    names.join(";"),
    request.payload,
  ].join("\n");
}

export interface Scope {
  /** "20150830T123600Z" */
  time: string;
  region: string;
  service: string;
}

/** The value of the header field Authorization. */
export async function authorization(
  request: Signable,
  credentials: SigningCredentials,
  { time, region, service }: Scope,
): Promise<string> {
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const hash = await sha256(canonicalRequest(request));
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash].join("\n");
  const signature = hex(await hmac(await signingKey(credentials.secret, scope), text));
  const names = Object.keys(request.headers).sort(compare);
  return (
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join("/")}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${signature}`
  );
}

/** The header fields to send beside those that the browser sets (Host among them). */
export async function sign(
  request: UnsignedRequest,
  credentials: SigningCredentials,
  now: Date,
): Promise<Record<string, string>> {
  const { method, path, query = [], host, body = "", region, service } = request;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const payload = await sha256(body);
  const sent: Record<string, string> = { "x-amz-content-sha256": payload, "x-amz-date": time };
  if (credentials.sessionToken) sent["x-amz-security-token"] = credentials.sessionToken;
  const signable = { method, path, query, headers: { host, ...sent }, payload };
  const scope = { time, region, service };
  return { ...sent, authorization: await authorization(signable, credentials, scope) };
}
