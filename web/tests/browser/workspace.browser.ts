// The workspace page, while two tasks write, one with a late clock.

import { describe, expect, it } from "vitest";
import { settled, visit } from "./browser";
import { Console } from "./pages/console";
import { ExplorePage } from "./pages/explore";
import { rig, write } from "./rig";

async function open(query: Record<string, string> = {}) {
  const visited = await visit({ height: 1600 });
  const console = new Console(visited.page);
  await console.signInByLink();
  await console.open("Workspace", query);
  await settled(visited.page);
  return { ...visited, console };
}

describe("the workspace page", () => {
  it("shows what comes in and what is held against the limits", async () => {
    const { page } = await open();

    const tiles = page.getByLabel("Last minute");
    await expect.poll(() => tiles.textContent(), { timeout: 20_000 }).toMatch(/[1-9]/);
    await page.getByText("active_series_max").first().waitFor();
  });

  it("names writers by the account that they come from, and by session", async () => {
    const { page } = await open({ tab: "writers" });

    const writers = page.getByRole("table", { name: "Table of writers" });
    await writers
      .getByText(/tributary-0a1b2c3d/)
      .first()
      .waitFor();
    await writers.getByText(rig.accounts.workload, { exact: true }).first().waitFor();
    await writers
      .getByText(/^ecs-xaccount-task-role\//)
      .first()
      .waitFor();
  });

  it("tells refused samples by reason with an example", async () => {
    const { page } = await open({ tab: "writers" });

    const refusals = page.getByRole("table", { name: "Table of refusals" });
    await expect
      .poll(() => refusals.textContent(), { timeout: 20_000 })
      .toMatch(/(out.of.order|too.old).*demo_late_total/s);
  });

  it("lists recent denials with what is missing", async () => {
    const { page } = await open({ tab: "denials" });

    const denials = page.getByRole("table", { name: "Table of denials" });
    const row = denials.getByRole("row").filter({ hasText: rig.accounts.payments }).first();
    await row.waitFor({ timeout: 20_000 });
    expect(await row.textContent()).toContain("sts:AssumeRole");
    await row.click();
    await page
      .getByRole("region", { name: "Denial" })
      .getByText(/trust policy/)
      .first()
      .waitFor();
  });

  it("counts series by metric, label and value, and goes into one", async () => {
    const { page } = await open({ tab: "cardinality" });
    await page.getByText("wide_gauge").first().waitFor();

    await page
      .getByRole("button", { name: "wide_gauge" })
      .or(page.getByRole("link", { name: "wide_gauge" }))
      .first()
      .click();

    await page.waitForURL((url) => url.searchParams.getAll("in").includes("__name__=wide_gauge"));
    await page.getByRole("table").filter({ hasText: "line" }).first().waitFor();
  });

  it("deletes series when it was asked twice, and no others", async () => {
    const now = Date.now();
    const sample = (name: string) => [{ __name__: name, job: "delete" }, [[now, 1]]];
    await write([sample("to_delete"), sample("to_keep")]);
    const { page } = await open({ tab: "delete" });
    await page.getByLabel("Selectors, one per line").fill("to_delete");
    await page.getByRole("button", { name: "Show what matches" }).click();
    await page.getByText("This hits 1 series").first().waitFor();

    await page.getByRole("button", { name: /^Delete 1 series/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Yes, delete them" }).click();
    const last = dialog.getByRole("button", { name: "Delete for ever" });
    expect(await last.isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("ecs-metrics");
    await last.click();

    await page.getByText("Deleted 1 series.").waitFor();
    await page.getByLabel("Selectors, one per line").fill("to_keep");
    await page.getByRole("button", { name: "Show what matches" }).click();
    await page.getByText("This hits 1 series").first().waitFor();
    const explore = await new ExplorePage(page).open({ expr: '{job="delete"}', view: "table" });
    await explore.table.getByText("to_keep").first().waitFor();
    expect(await explore.table.getByText("to_delete").count()).toBe(0);
  });

  it("lets a viewer see why he may not delete", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const console = new Console(visited.page);
    await console.signInByKey(rig.people.viewer);

    await console.open("Workspace");

    await console.alerts.first().waitFor();
    expect(await console.alerts.first().textContent()).toContain("aps:GetWorkspaceActivity");
  });
});
