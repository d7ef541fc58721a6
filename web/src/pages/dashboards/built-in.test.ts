import { describe, expect, it } from "vitest";
import { BUILT_IN } from "./built-in";
import { interpolate, type Scope } from "./model/interpolate";
import { parseDashboard } from "./model/parse";
import { parseVariableQuery } from "./model/variables";

describe.each(BUILT_IN)("the dashboard $title", (entry) => {
  it("is whole within the subset", async () => {
    const result = parseDashboard(await entry.load());

    if ("error" in result) throw new Error(result.error);
    const { dashboard } = result;
    expect({ uid: dashboard.uid, title: dashboard.title }).toEqual({
      uid: entry.uid,
      title: entry.title,
    });
    expect(dashboard.notes).toEqual([]);
    for (const { panels } of dashboard.sections) {
      for (const panel of panels) {
        expect(panel.kind).not.toBe("unsupported");
        expect(panel.notes).toEqual([]);
      }
    }
  });

  it("refers to no variable that it does not have, and asks for each in a known way", async () => {
    const result = parseDashboard(await entry.load());

    if ("error" in result) throw new Error(result.error);
    const { variables, sections } = result.dashboard;
    const names = [...variables.map(({ name }) => name), "__rate_interval", "__range", "1"];
    const scope: Scope = new Map(names.map((name) => [name, { values: ["x"] }]));
    for (const { panels } of sections) {
      for (const { expr, legendFormat } of panels.flatMap(({ targets }) => targets)) {
        expect(interpolate(expr + legendFormat, scope, "query")).not.toContain("$");
      }
    }
    for (const variable of variables) {
      if (variable.kind !== "query") continue;
      expect(parseVariableQuery(variable.query)?.kind).not.toBe("series");
      expect(parseVariableQuery(variable.query)).toBeDefined();
    }
  });
});
