import type { Locator, Page } from "playwright-core";
import { rig } from "../rig";

export class DashboardPage {
  constructor(readonly page: Page) {}

  get panels(): Locator {
    return this.page.getByRole("article");
  }
  panel(title: string | RegExp): Locator {
    return this.page.getByRole("article", { name: title });
  }
  get variables(): Locator {
    return this.page.getByRole("group", { name: "Variables" });
  }

  async open(uid: string, query: Record<string, string> = {}): Promise<this> {
    const params = new URLSearchParams({ ws: rig.workspace, ...query });
    await this.page.goto(`/console/dashboards/${uid}?${params}`);
    await this.panels.first().waitFor();
    return this;
  }

  /** Until every panel in sight has its answer; milliseconds since the navigation began. */
  async complete(): Promise<number> {
    const done = await this.page.waitForFunction(() => {
      const panels = [...document.querySelectorAll("article")];
      const busy = panels.some((panel) => panel.getAttribute("aria-busy") === "true");
      const state = window as unknown as { completeAt?: number };
      if (panels.length === 0 || busy) state.completeAt = undefined;
      else state.completeAt ??= performance.now();
      // A panel that has just come into sight is not busy yet.
      const { completeAt } = state;
      return completeAt && performance.now() - completeAt > 250 && completeAt;
    });
    return (await done.jsonValue()) as number;
  }

  /** Titles of the panels that say that they failed. */
  failed(): Promise<string[]> {
    return this.panels
      .filter({ has: this.page.getByRole("alert") })
      .evaluateAll((panels) => panels.map((panel) => panel.getAttribute("aria-label") ?? ""));
  }
}
