import { describe, expect, it } from "vitest";
import { endsSession, hubError, xmlText } from "./errors";

const none = new Headers();
const message = (text: string, code = "") =>
  hubError(403, JSON.stringify({ message: text }), new Headers({ "x-amzn-errortype": code }));

describe("hubError", () => {
  it("reads AMP's, Prometheus' and STS' errors", () => {
    const amp = hubError(403, '{"Message":"User: x is not authorized"}', none);
    const prometheus = hubError(
      400,
      '{"status":"error","errorType":"bad_data","error":"parse error"}',
      none,
    );
    const sts = hubError(
      403,
      "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>" +
        "<Message>not &lt;you&gt; &amp; &#39;her&#x27;</Message></Error>" +
        "<RequestId>abc-1</RequestId></ErrorResponse>",
      none,
    );

    expect(amp.message).toBe("User: x is not authorized");
    expect([prometheus.code, prometheus.message]).toEqual(["bad_data", "parse error"]);
    expect([sts.code, sts.message, sts.requestId]).toEqual([
      "AccessDenied",
      "not <you> & 'her'",
      "abc-1",
    ]);
  });

  it("keeps the denial and shows what a proxy says as it is", () => {
    const denied = hubError(403, "{}", new Headers({ "x-tributary-denial": "missing in the ..." }));
    const proxy = hubError(502, "Bad Gateway from somewhere", none);

    expect(denied.denial).toBe("missing in the ...");
    expect(denied.message).toBe("{}");
    expect(proxy.message).toBe("Bad Gateway from somewhere");
    expect(hubError(503, "", none).message).toBe("The hub answered 503.");
  });

  it("does not stumble over JSON that is no object", () => {
    expect(hubError(500, "null", none).message).toBe("null");
    expect(hubError(500, "[1]", none).message).toBe("[1]");
  });
});

describe("endsSession", () => {
  it("takes the end of credentials for one, not a denial or a clock that is wrong", () => {
    const ends = (text: string, code = "") => endsSession(message(text, code));

    expect(ends("The security token included in the request is expired")).toBe(true);
    expect(ends("The security token included in the request is invalid.")).toBe(true);
    expect(ends("x", "UnrecognizedClientException")).toBe(true);
    expect(ends("x", "ExpiredTokenException")).toBe(true);
    expect(ends("Signature expired: 2026 is now earlier than 2027")).toBe(false);
    expect(ends("User: x is not authorized to perform: aps:ListWorkspaces")).toBe(false);
  });
});

describe("xmlText", () => {
  it("leaves what it does not know as it is", () => {
    expect(xmlText("<A>&unknown; &#0;</A>", "A")).toBe("&unknown; &#0;");
    expect(xmlText("<A>1</A>", "B")).toBe("");
  });
});
