// Ways in and out of the console.

import { describe, expect, it } from "vitest";
import { accessibility, screenshot, tooWide, visit } from "./browser";
import { Console, SignIn } from "./pages/console";
import { deactivate, link, makePerson, rig } from "./rig";

const SESSION_S = 12 * 3600;

describe("sign-in by an access key", () => {
  it("opens the console, and stays through a reload and in another tab", async () => {
    const { page, context } = await visit();
    const console = new Console(page);

    await console.signInByKey(rig.people.administrator);

    await page.reload();
    await console.isOpen();
    const other = await context.newPage();
    await other.goto("/console/topology");
    await new Console(other).isOpen();
  });

  it("keeps nothing of the secret where a script could read it", async () => {
    const { page } = await visit();

    await new Console(page).signInByKey(rig.people.administrator);

    const kept = await page.evaluate(async () => {
      const found: string[] = [document.documentElement.outerHTML, document.cookie];
      for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify(storage));
      for (const { name } of await indexedDB.databases()) {
        const db = await new Promise<IDBDatabase>((done, failed) => {
          const request = indexedDB.open(name as string);
          request.onsuccess = () => done(request.result);
          request.onerror = () => failed(request.error);
        });
        for (const store of db.objectStoreNames) {
          const all = await new Promise<unknown[]>((done) => {
            const request = db.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => done(request.result);
          });
          found.push(JSON.stringify(all));
          for (const row of all as { credentials?: { secret?: unknown } }[]) {
            const secret = row.credentials?.secret;
            if (secret instanceof CryptoKey && secret.extractable) found.push("EXTRACTABLE");
          }
        }
        db.close();
      }
      return found.join("\n");
    });
    expect(kept).not.toContain(rig.people.administrator.secret);
    expect(kept).not.toContain(rig.people.administrator.key);
    expect(kept).not.toContain("EXTRACTABLE");
  });

  it("refuses a wrong secret in the hub's words, and lets one try again", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const form = await new SignIn(visited.page).open();
    await form.fill({ ...rig.people.administrator, secret: "x".repeat(40) });

    await form.submit();

    expect(await form.complaint.textContent()).toMatch(/signature|does not match/i);
    expect(await visited.page.getByLabel("Secret access key").inputValue()).toBe("");
    await form.fill(rig.people.administrator);
    await form.submit();
    await new Console(visited.page).isOpen();
  });

  it("refuses a key that nobody has", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const form = await new SignIn(visited.page).open();
    await form.fill({ key: "AKIAAAAAAAAAAAAAAAAA", secret: "x".repeat(40) });

    await form.submit();

    expect(await form.complaint.textContent()).toMatch(/invalid/i);
  });

  it("says which field is empty, and asks the hub nothing", async () => {
    const { page } = await visit();
    const form = await new SignIn(page).open();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));

    await form.submit();

    await page.locator("[aria-invalid=true]").first().waitFor();
    expect(asked).toEqual([]);
  });

  it("assumes a role of another account with its external id", async () => {
    const { page } = await visit();
    const form = await new SignIn(page).open();
    await form.fill(rig.people.workload);
    await form.assume(rig.reader.role, rig.reader.externalId);

    await form.submit();

    await new Console(page).isOpen();
    await page.getByRole("button", { name: new RegExp(rig.accounts.central) }).waitFor();
  });

  it("says why a role was not assumed", async () => {
    const visited = await visit();
    visited.expected.push(/403/);
    const form = await new SignIn(visited.page).open();
    await form.fill(rig.people.workload);
    await form.assume(rig.reader.role, "wrong");

    await form.submit();

    expect(await form.complaint.textContent()).toMatch(/sts:AssumeRole/);
  });

  it("works by the keyboard alone", async () => {
    const { page } = await visit();
    await new SignIn(page).open();

    await page.keyboard.type(rig.people.administrator.key);
    await page.keyboard.press("Tab");
    await page.keyboard.type(rig.people.administrator.secret);
    await page.keyboard.press("Enter");

    await new Console(page).isOpen();
  });
});

describe("sign-in by a link", () => {
  it("opens the console without a question, and leaves no token in the address", async () => {
    const { page } = await visit();

    await new Console(page).signInByLink();

    expect(page.url()).not.toContain("link=");
  });

  it("opens the page that the link names", async () => {
    const { page } = await visit();

    await new Console(page).signInByLink(rig.accounts.central, "/console/topology");

    expect(new URL(page.url()).pathname).toBe("/console/topology");
  });

  it("works once", async () => {
    const url = await link();
    const first = await visit();
    await first.page.goto(url);
    await new Console(first.page).isOpen();
    const second = await visit();
    second.expected.push(/403/);

    await second.page.goto(url);

    const form = new SignIn(second.page);
    await form.heading.waitFor();
    await form.complaint.waitFor();
  });

  it("is for the account that it was made for", async () => {
    const { page } = await visit();

    await new Console(page).signInByLink(rig.accounts.workload);

    await page.getByRole("button", { name: new RegExp(rig.accounts.workload) }).waitFor();
  });
});

describe("the end of a session", () => {
  it("comes with its time, says so, and one returns to where one was", async () => {
    const visited = await visit();
    const { page } = visited;
    await page.clock.install();
    const console = new Console(page);
    await console.signInByKey(rig.people.administrator);
    await console.open("Topology");

    await page.clock.fastForward((SESSION_S + 60) * 1000);

    const form = new SignIn(page);
    await form.heading.waitFor();
    await page
      .getByText(/expired|ended/i)
      .first()
      .waitFor();
    await page.clock.setSystemTime(new Date());
    // What is signed by the wrong clock is refused, and signed again by the hub's.
    visited.expected.push(/403/);
    await form.fill(rig.people.administrator);
    await form.submit();
    await console.isOpen();
    expect(new URL(page.url()).pathname).toBe("/console/topology");
  });

  it("comes when the hub takes the key away", async () => {
    const person = await makePerson("short-lived", ["aps:ListWorkspaces", "tributary:*"]);
    const visited = await visit();
    visited.expected.push(/403/);
    const console = new Console(visited.page);
    await console.signInByKey(person);

    await deactivate("short-lived", person);
    await visited.page.reload();

    // A session outlives its key, as on AWS; a new one does not begin.
    await console.isOpen();
    const again = await visit();
    again.expected.push(/403/);
    const form = await new SignIn(again.page).open();
    await form.fill(person);
    await form.submit();
    expect(await form.complaint.textContent()).toMatch(/invalid/i);
  });

  it("is in all tabs when one signs out", async () => {
    const { page, context } = await visit();
    const console = new Console(page);
    await console.signInByKey(rig.people.administrator);
    const other = await context.newPage();
    await other.goto("/console/");
    await new Console(other).isOpen();

    await page.getByRole("button", { name: /Signed in as/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();

    await new SignIn(page).heading.waitFor();
    await new SignIn(other).heading.waitFor();
    await page.reload();
    await new SignIn(page).heading.waitFor();
  });
});

describe.each(["light", "dark"] as const)("the sign-in page, %s", (theme) => {
  it("is accessible, and fits a telephone", async () => {
    const { page } = await visit({ theme });
    await new SignIn(page).open();
    await screenshot(page, "sign-in", theme);

    expect(await accessibility(page)).toBe("");
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await tooWide(page)).toEqual([]);
  });
});
