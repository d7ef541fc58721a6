// The topology page on the walkthrough's accounts, with one account that nobody trusts.

import { describe, expect, it } from "vitest";
import { visit } from "./browser";
import { Console } from "./pages/console";
import { TopologyPage } from "./pages/topology";
import { attachWritePolicy, detachWritePolicy, rig } from "./rig";

const CENTRAL_ROLE = "ECS-AMP-Central-Role";

async function open(account?: string) {
  const visited = await visit();
  await new Console(visited.page).signInByLink(account, "/console/topology");
  const topology = new TopologyPage(visited.page);
  await topology.graph.waitFor();
  return { ...visited, topology };
}

describe("the topology page", () => {
  it("names the statement that is missing and the side it is missing on", async () => {
    const { topology, page } = await open();

    await topology.broken.filter({ hasText: rig.accounts.payments }).first().click();

    const text = (await topology.details.textContent()) ?? "";
    expect(text).toContain("Missing in the trust policy");
    expect(text).toContain(CENTRAL_ROLE);
    expect(text).toContain(`arn:aws:iam::${rig.accounts.payments}:role/`);
    await topology.details.getByRole("button", { name: "Copy statement" }).waitFor();
    expect(new URL(page.url()).searchParams.get("show")).toMatch(/^edge:/);
  });

  it("shows both sides' documents of an edge, and the rate of what is written", async () => {
    const { topology } = await open();

    await topology
      .row(/aps:RemoteWrite/)
      .filter({ hasText: CENTRAL_ROLE })
      .first()
      .click();

    const text = (await topology.details.textContent()) ?? "";
    expect(text).toContain("allowed");
    expect(text).toContain("AmazonPrometheusRemoteWriteAccess");
    expect(text).toMatch(/Samples\s*[\d.,]+/);
    expect(text).toContain("Last write");
  });

  it("shows the same to whoever opens the address", async () => {
    const { topology, page } = await open();
    await topology.broken.first().click();
    const heading = await topology.details.getByRole("heading", { level: 2 }).textContent();
    const other = await visit();
    await new Console(other.page).signInByLink();

    await other.page.goto(page.url());

    const details = new TopologyPage(other.page).details;
    await details.getByRole("heading", { name: heading ?? "" }).waitFor();
  });

  it("turns an edge red when its permission is taken away, and back", async () => {
    const { topology } = await open();
    const edge = topology.row(/aps:RemoteWrite/).filter({ hasText: CENTRAL_ROLE });
    await edge.filter({ hasText: "allowed" }).first().waitFor();

    await detachWritePolicy();
    try {
      await edge.filter({ hasText: "broken" }).first().waitFor({ timeout: 20_000 });
    } finally {
      await attachWritePolicy();
    }

    await edge.filter({ hasText: "allowed" }).first().waitFor({ timeout: 20_000 });
  });

  it("hides other accounts' policies from an account that does not monitor", async () => {
    const { topology } = await open(rig.accounts.workload);
    await topology
      .row(/sts:AssumeRole/)
      .filter({ hasText: CENTRAL_ROLE })
      .first()
      .click();

    await topology.details.getByText("You may not see it").first().waitFor();

    expect(await topology.details.textContent()).not.toContain(`:role/${CENTRAL_ROLE}\\":`);
  });

  it("is worked by the keyboard", async () => {
    const { topology, page } = await open();
    await topology.graph.locator("[tabindex='0']").first().focus();

    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");

    await topology.details.getByRole("button", { name: "Close details" }).waitFor();
    await page.keyboard.press("Escape");
  });
});
