import type { Locator, Page } from "playwright-core";

export class TopologyPage {
  constructor(readonly page: Page) {}

  get graph(): Locator {
    return this.page.getByRole("application", { name: /Accounts, roles and workspaces/ });
  }
  get details(): Locator {
    return this.page.getByRole("region", { name: "Details" });
  }
  get broken(): Locator {
    return this.details.getByRole("list", { name: "Broken edges" }).getByRole("button");
  }
  get table(): Locator {
    return this.page.getByRole("table", { name: "Edges" });
  }
  row(text: RegExp): Locator {
    return this.table.getByRole("row").filter({ hasText: text });
  }
}
