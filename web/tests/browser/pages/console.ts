// What is on every page: sign-in, header, navigation; found as people find them, by role and name.

import type { Locator, Page } from "playwright-core";
import { link, type Person, rig } from "../rig";

export type Place = "Explore" | "Dashboards" | "Topology" | "Workspace";

const PATHS: Record<Place, string> = {
  Explore: "/console/explore",
  Dashboards: "/console/",
  Topology: "/console/topology",
  Workspace: "/console/workspace",
};

export class SignIn {
  constructor(readonly page: Page) {}

  get heading(): Locator {
    return this.page.getByRole("heading", { name: "Sign in to Tributary" });
  }
  get button(): Locator {
    return this.page.getByRole("button", { name: /^Sign(ing)? in/ });
  }
  /** What the page says went wrong. */
  get complaint(): Locator {
    return this.page.getByRole("alert");
  }

  async open(path = "/console/"): Promise<this> {
    await this.page.goto(path);
    await this.heading.waitFor();
    return this;
  }

  async fill({ key, secret }: Person): Promise<void> {
    await this.page.getByLabel("Access key ID").fill(key);
    await this.page.getByLabel("Secret access key").fill(secret);
  }

  async unfold(): Promise<void> {
    await this.page.getByText("Temporary credentials, or a role").click();
  }

  async assume(role: string, externalId = ""): Promise<void> {
    await this.unfold();
    await this.page.getByLabel("Role ARN").fill(role);
    await this.page.getByLabel("External ID").fill(externalId);
  }

  async submit(): Promise<void> {
    await this.button.click();
  }
}

export class Console {
  constructor(readonly page: Page) {}

  get navigation(): Locator {
    return this.page.getByRole("navigation").first();
  }
  get main(): Locator {
    return this.page.getByRole("main");
  }
  get alerts(): Locator {
    return this.main.getByRole("alert");
  }

  async signInByKey(person: Person, path?: string): Promise<void> {
    const form = await new SignIn(this.page).open(path);
    await form.fill(person);
    await form.submit();
    await this.isOpen();
  }

  async signInByLink(account = rig.accounts.central, path?: string): Promise<void> {
    await this.page.goto(await link(account, ...(path ? ["--path", path] : [])));
    await this.isOpen();
  }

  isOpen(): Promise<void> {
    return this.navigation.waitFor();
  }

  /** By the navigation, as people do. */
  async goTo(place: Place): Promise<void> {
    await this.navigation.getByRole("link", { name: place }).click();
    await this.page.waitForURL((url) => url.pathname === PATHS[place]);
  }

  /** By the address, as links do. */
  async open(place: Place, query: Record<string, string> = {}): Promise<void> {
    const params = new URLSearchParams({ ws: rig.workspace, ...query });
    await this.page.goto(`${PATHS[place]}?${params}`);
    await this.isOpen();
  }
}
