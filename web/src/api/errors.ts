// Failures in the hub's words, and whether they end the session.

/** A refusal or failure in the hub's words, or of the way to it. */
export class HubError extends Error {
  constructor(
    message: string,
    /** 0 where nothing was answered. */
    readonly status: number,
    /** AWS' code or Prometheus' errorType. */
    readonly code: string,
    /** x-tributary-denial: which statement is missing on which side. */
    readonly denial = "",
    readonly requestId = "",
  ) {
    super(message);
  }
}

export function unreachable(): HubError {
  return new HubError("The hub does not answer. Is it running?", 0, "Unreachable");
}

export function isAbort(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === "AbortError";
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** The text of the first element of that name; "" where there is none. Enough for what STS says. */
export function xmlText(xml: string, element: string): string {
  const found = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml);
  return (found?.[1] ?? "").replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function jsonFields(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Out of an answer that is not 2xx: JSON of the services, XML of STS, or a proxy's text. */
export function hubError(status: number, text: string, headers: Headers): HubError {
  const fields = jsonFields(text);
  const first = (...names: string[]) =>
    names.map((name) => fields[name]).find((value) => typeof value === "string" && value !== "") as
      | string
      | undefined;
  const code =
    headers.get("x-amzn-errortype") ??
    first("errorType", "code", "__type") ??
    xmlText(text, "Code");
  const message = first("error", "message", "Message") ?? xmlText(text, "Message");
  return new HubError(
    message || text.slice(0, 300) || `The hub answered ${status}.`,
    status,
    code,
    headers.get("x-tributary-denial") ?? "",
    headers.get("x-amzn-requestid") ?? xmlText(text, "RequestId"),
  );
}

/** The credentials are good for nothing more: a session that has ended, a key that was deleted. */
export function endsSession({ code, message }: HubError): boolean {
  return (
    /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient)/.test(code) ||
    /security token included in the request is (expired|invalid)/i.test(message)
  );
}
