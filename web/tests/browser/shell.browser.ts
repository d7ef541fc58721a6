// What holds of every page: reached by navigation and address, in words when the hub refuses or is
// away, for keyboard and screen reader, in both themes and in narrow windows.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accessibility, drawn, jumped, screenshot, settled, tooWide, visit } from "./browser";
import { Console, type Place, SignIn } from "./pages/console";
import { rig, startHub, stopHub } from "./rig";

const PLACES: Place[] = ["Dashboards", "Explore", "Topology", "Workspace"];
const RATE = "sum by (kind) (rate(demo_orders_total[2m]))";

/** Every page with something to see, by what a picture of it is called. */
const PAGES: Record<string, string> = {
  dashboards: "/console/",
  explore: `/console/explore?${new URLSearchParams({ expr: RATE })}`,
  application: "/console/dashboards/tributary-application",
  "ecs-tasks": "/console/dashboards/tributary-ecs-tasks",
  collectors: "/console/dashboards/tributary-collectors",
  hub: "/console/dashboards/tributary-hub",
  topology: "/console/topology",
  workspace: "/console/workspace",
  cardinality: "/console/workspace?tab=cardinality",
  writers: "/console/workspace?tab=writers",
  denials: "/console/workspace?tab=denials",
};

async function signedIn(look = {}) {
  const visited = await visit(look);
  const console = new Console(visited.page);
  await console.signInByLink();
  return { ...visited, console };
}

describe("the shell", () => {
  it("goes from page to page, and back", async () => {
    const { page, console } = await signedIn();

    for (const place of PLACES) {
      await console.goTo(place);
      await console.main.getByRole("heading", { level: 1 }).waitFor();
    }

    await page.goBack();
    await page.waitForURL(/\/console\/topology/);
  });

  it("keeps the workspace in every address", async () => {
    const { page, console } = await signedIn();

    for (const place of PLACES) {
      await console.goTo(place);
      await page.waitForURL((url) => url.searchParams.get("ws") === rig.workspace);
    }
  });

  it("says of an address without a page that there is none", async () => {
    const { page, console } = await signedIn();

    await page.goto("/console/no-such-page");

    await console.main.getByText("There is no such page").waitFor();
  });

  it("returns after the sign-in to the address that was asked for", async () => {
    const { page } = await visit();
    const form = await new SignIn(page).open(`/console/topology?broken=1&ws=${rig.workspace}`);

    await form.fill(rig.people.administrator);
    await form.submit();

    await new Console(page).isOpen();
    expect(page.url()).toContain("/console/topology?broken=1");
  });

  it("keeps the theme that one chose, in other tabs, too", async () => {
    const { page, context } = await signedIn();

    await page.getByRole("button", { name: /Signed in as/ }).click();
    await page.getByRole("menuitemradio", { name: /Dark/ }).click();

    const theme = (of: Page) => of.evaluate(() => document.documentElement.dataset.theme);
    await expect.poll(() => theme(page)).toBe("dark");
    const other = await context.newPage();
    await other.goto("/console/");
    expect(await theme(other)).toBe("dark");
  });

  it("shows the browser's clock, or UTC where one chose it", async () => {
    const { page, console } = await signedIn({ timezone: "Asia/Kolkata" });
    await console.goTo("Explore");
    const range = page.getByRole("button", { name: /^Time range: / });
    const startMs = async () => Date.parse(`${(await range.getAttribute("title"))?.slice(0, 19)}Z`);
    const local = await startMs();

    await page.getByRole("button", { name: /^Signed in as/ }).click();
    await page.getByRole("menuitemradio", { name: "UTC" }).click();
    const hoursAhead = (local - (await startMs())) / 3_600_000;
    expect(hoursAhead).toBeCloseTo(5.5, 1);

    await page.reload();
    await range.click();
    await page.getByText("UTC; another zone").waitFor();
  });

  it("lists its shortcuts, and goes by them", async () => {
    const { page } = await signedIn();

    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("t");

    await page.waitForURL(/\/console\/topology/);
  });
});

describe("where something is refused", () => {
  it("says what a viewer lacks on the topology page, while Explore works", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const console = new Console(visited.page);
    await console.signInByKey(rig.people.viewer, "/console/topology");

    const alert = console.alerts.first();
    await alert.waitFor();
    expect(await alert.textContent()).toContain("tributary:DescribeTopology");
    await console.goTo("Explore");
    await settled(visited.page);
    expect(await console.alerts.count()).toBe(0);
  });

  it("says so to somebody who may not even list workspaces", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const console = new Console(visited.page);

    await console.signInByKey(rig.people.stranger);

    await console.alerts.first().waitFor();
    expect(await console.alerts.first().textContent()).toContain("aps:ListWorkspaces");
    await console.alerts.first().getByRole("button", { name: "Try again" }).waitFor();
  });
});

describe("while the hub is away", () => {
  it("says that it does not answer, keeps what it shows, and goes on when it is back", async () => {
    const visited = await signedIn();
    const { page, console } = visited;
    visited.expected.push(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503/);
    await console.goTo("Topology");
    await page.getByRole("application").waitFor();

    await stopHub();
    try {
      await console.alerts.first().waitFor({ timeout: 20_000 });
      expect(await console.alerts.first().textContent()).toMatch(/does not answer/);
      await page.getByRole("application").waitFor();
    } finally {
      await startHub();
    }

    await console.alerts.first().waitFor({ state: "detached", timeout: 20_000 });
    await page.reload();
    await console.isOpen();
  });
});

describe("every page", () => {
  it.each(Object.entries(PAGES))(
    "%s is accessible in light and dark, keeps still, fits every window",
    async (name, path) => {
      const { page, console } = await signedIn();
      await page.goto(path);
      await console.isOpen();
      await settled(page);
      expect(await jumped(page)).toBeLessThan(0.05);

      for (const theme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await drawn(page);
        await screenshot(page, name, theme);
        expect(await accessibility(page)).toBe("");
      }

      await page.setViewportSize({ width: 360, height: 740 });
      expect(await tooWide(page)).toEqual([]);
      await page.setViewportSize({ width: 3840, height: 2160 });
      expect(await tooWide(page)).toEqual([]);
    },
  );
});
