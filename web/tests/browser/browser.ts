// One Chromium for all tests, a context for each, and what holds of every page: nothing is asked of
// anybody but the hub, nothing breaks the content security policy, nothing lands on the console.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { figure, rig } from "./rig";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WAIT_MS = 10_000;

let browser: Browser | undefined;
const visits: Visit[] = [];

export interface Look {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  /** UTC where absent. */
  timezone?: string;
}

/** A tab, and all that went wrong in it. */
export interface Visit {
  page: Page;
  context: BrowserContext;
  problems: string[];
  /** Problems that the test brings about: "403" or part of a message. */
  expected: RegExp[];
}

async function launch(): Promise<Browser> {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
  });
  return browser;
}

/** A new, empty browser profile with one tab. */
export async function visit(look: Look = {}): Promise<Visit> {
  const context = await (await launch()).newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    colorScheme: look.theme ?? "light",
    reducedMotion: "reduce",
    deviceScaleFactor: 1,
    timezoneId: look.timezone ?? "UTC",
    locale: "en-GB",
    baseURL: rig.url,
  });
  const made: Visit = { page: await context.newPage(), context, problems: [], expected: [] };
  context.setDefaultTimeout(WAIT_MS);
  await watch(made);
  visits.push(made);
  return made;
}

async function watch({ context, page, problems }: Visit): Promise<void> {
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => problems.push(`thrown: ${error.error().stack}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== rig.url && !["data:", "blob:"].includes(url.protocol))
      problems.push(`asked ${request.url()}, which is not the hub`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
    );
  });
}

/** What the tab has to answer for until now. */
export function unexpected(visited: Visit): string[] {
  return visited.problems.filter((each) => !visited.expected.some((known) => known.test(each)));
}

afterEach(async (test) => {
  const { state, retryCount = 0 } = test.task.result ?? {};
  const failed = state === "fail";
  if (retryCount > 0) figure(`tried twice: ${test.task.name}`);
  const wrong: string[] = [];
  for (const each of visits.splice(0)) {
    if (failed) await keepForLater(each.page, test.task.name);
    wrong.push(...unexpected(each));
    await each.context.close();
  }
  expect(wrong).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});

/** A picture of a test that failed, where CONSOLE_FAILURES says. */
async function keepForLater(page: Page, name: string): Promise<void> {
  const folder = process.env.CONSOLE_FAILURES;
  if (!folder || page.isClosed()) return;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 80)}.png`);
  await page.screenshot({ path }).catch(() => {});
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, a line each: "color-contrast: 3 of ... (.selector)". */
export async function accessibility(page: Page): Promise<string> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    // @ts-expect-error: axe is what the line above has put there.
    const found = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    type Found = {
      id: string;
      help: string;
      nodes: { target: unknown[]; failureSummary: string }[];
    };
    return (found.violations as Found[]).map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.length}, first ${nodes[0]?.target.join(" ")}: ` +
        `${nodes[0]?.failureSummary}`,
    );
  });
  return found.join("\n");
}

/** Elements that make the page wider than the window; none where nobody has to scroll sideways. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5)
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class")}`);
  });
}

/** How far things moved by themselves, as Chromium adds it up (web.dev/cls); 0.1 is felt. */
export function jumped(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const shifts = list.getEntries() as (PerformanceEntry & { value: number })[];
          resolve(shifts.reduce((sum, shift) => sum + shift.value, 0));
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(0), 200);
      }),
  );
}

/** Until nothing in sight is loading any more: no skeleton, no busy part. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const loading = document.querySelectorAll('[aria-busy="true"], [class*="skeleton"]');
    const busy = [...loading].filter(
      (element) => element.getBoundingClientRect().top < window.innerHeight,
    );
    const state = window as unknown as { settledAt?: number };
    if (document.querySelector("main h1") === null || busy.length > 0) state.settledAt = undefined;
    else state.settledAt ??= performance.now();
    // What one answer leads to has had the time to begin.
    return state.settledAt !== undefined && performance.now() - state.settledAt > 300;
  });
}

/** Until what has changed is on the screen. */
export function drawn(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  });
}

/** For the manual: docs/images/console/<name>-<theme>.png, where CONSOLE_SCREENSHOTS says. */
export async function screenshot(page: Page, name: string, theme: string): Promise<void> {
  const folder = process.env.CONSOLE_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
}
