import { expect, it } from "vitest";
import { linkTo, toUrl, withChanges } from "./address";

it("changes, repeats and takes away parameters, and leaves the others", () => {
  const params = new URLSearchParams("a=1&var-x=p&var-x=q&c=3");

  const changed = withChanges(params, { a: null, "var-x": ["r", "s"], c: "", d: "4 5" });

  expect(changed.toString()).toBe("var-x=r&var-x=s&d=4+5");
  expect(params.get("a")).toBe("1");
  expect(toUrl("/console/explore", new URLSearchParams())).toBe("/console/explore");
});

it("links to other pages with the workspace and the time range, and nothing else", () => {
  const search = "?ws=ws-1&from=now-6h&to=now&refresh=30s&expr=up";

  expect(linkTo("/console/topology", {}, search)).toBe(
    "/console/topology?ws=ws-1&from=now-6h&to=now&refresh=30s",
  );
  expect(linkTo("/console/", { ws: "ws-2", refresh: null, from: null, to: null }, search)).toBe(
    "/console/?ws=ws-2",
  );
});
