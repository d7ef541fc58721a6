// The queries that were run in this browser, the last first.

import { keepChoice, keptChoice } from "./kept";

const NAME = "queries";
const KEPT = 200;
const LENGTH_MAX = 4000;

export function readHistory(): string[] {
  try {
    const kept: unknown = JSON.parse(keptChoice(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    // Somebody else's text: as if there were nothing.
    return [];
  }
}

export function remember(expressions: string[]): void {
  const fresh = expressions
    .map((each) => each.trim())
    .filter((each) => each !== "" && each.length <= LENGTH_MAX);
  const before = readHistory().filter((each) => !fresh.includes(each));
  keepChoice(NAME, JSON.stringify([...new Set(fresh), ...before].slice(0, KEPT)));
}

export function forget(): void {
  keepChoice(NAME, "[]");
}
