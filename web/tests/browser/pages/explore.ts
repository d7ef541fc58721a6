import type { Locator, Page } from "playwright-core";
import { rig } from "../rig";

export class ExplorePage {
  constructor(readonly page: Page) {}

  /** The query's field, by its letter. */
  editor(letter = "A"): Locator {
    return this.page.getByRole("textbox", { name: `Query ${letter}` });
  }
  get run(): Locator {
    return this.page.getByRole("button", { name: "Run", exact: true });
  }
  get graph(): Locator {
    return this.page.getByRole("application", { name: /^Answers of the queries/ });
  }
  get legend(): Locator {
    return this.page.getByRole("region", { name: "Legend" });
  }
  get table(): Locator {
    return this.page.getByRole("table", { name: "Answer of query A" });
  }
  get statistics(): Locator {
    return this.page.getByRole("region", { name: "Query statistics" });
  }
  get completions(): Locator {
    return this.page.getByRole("listbox").getByRole("option");
  }

  async open(query: Record<string, string> = {}): Promise<this> {
    const params = new URLSearchParams({ ws: rig.workspace, ...query });
    await this.page.goto(`/console/explore?${params}`);
    await this.editor().waitFor();
    return this;
  }

  /** Written by keyboard; Escape closes the completion that would take Enter. */
  async write(text: string, letter = "A"): Promise<void> {
    await this.editor(letter).click();
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.insertText(text);
  }

  async ask(text: string): Promise<void> {
    await this.write(text);
    await this.page.keyboard.press("ControlOrMeta+Enter");
  }
}
