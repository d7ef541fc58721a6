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

  it("tells tasks of a service apart, whose collectors scrape the same address", async () => {
    const result = parseDashboard(await entry.load());

    if ("error" in result) throw new Error(result.error);
    const targets = result.dashboard.sections.flatMap(({ panels }) =>
      panels.flatMap((panel) => panel.targets),
    );
    for (const { expr, legendFormat } of targets) {
      for (const [kept] of expr.matchAll(/by \([^)]*\binstance\b[^)]*\)/g))
        expect(kept).toMatch(/\bid\b/);
      if (legendFormat.includes("{{instance}}")) {
        expect(legendFormat).toMatch(/\{\{(aws_ecs_task_)?id\}\}/);
        expect(expr + legendFormat).toContain("aws_ecs_task_id");
      }
      // Of two tasks one that is down is what has to be seen.
      expect(expr).not.toMatch(/max by \([^)]*\) \((label_replace\()?up\b/);
    }
  });
});
