// Where panels stand: repeated ones unfolded, those for whose variable nothing was found left out.

import { interpolate, type Scope } from "./interpolate";
import type { Dashboard, Grid, Option, Panel, Section } from "./types";
import { narrowed, repetitions } from "./variables";

export const COLUMNS = 24;

export interface PlacedPanel {
  /** The same from one refresh to the next. */
  key: string;
  panel: Panel;
  scope: Scope;
  /** Within the section. */
  grid: Grid;
}
export interface PlacedSection {
  key: string;
  title: string;
  collapsed: boolean;
  panels: PlacedPanel[];
}
export interface Layout {
  sections: PlacedSection[];
  /** Titles of what has nothing to show, since its variable has no value. */
  absent: string[];
  /** What has more values than are shown, in words. */
  cut: string[];
}

// Beyond these nobody looks, and a page with thousands of panels is slow.
export const REPEATS_MAX = 50;

export type OptionsOf = (variable: string) => Option[];

interface Copy {
  key: string;
  scope: Scope;
}

interface Context {
  scope: Scope;
  optionsOf: OptionsOf;
  cut: Set<string>;
}

function copies(key: string, variable: string, { scope, optionsOf, cut }: Context): Copy[] {
  const all = repetitions(scope, variable, optionsOf(variable));
  if (all.length > REPEATS_MAX)
    cut.add(`${variable} has ${all.length} values: the first ${REPEATS_MAX} are shown`);
  return all.slice(0, REPEATS_MAX).map((option) => ({
    key: `${key}/${option.value}`,
    scope: narrowed(scope, variable, option),
  }));
}

/** In the order of the file, each as far up as what is above it lets it, as in Grafana. */
function place(section: Section, key: string, context: Context): PlacedPanel[] {
  const { scope } = context;
  const placed: PlacedPanel[] = [];
  for (const [index, panel] of section.panels.entries()) {
    const { grid, repeat } = panel;
    const own = `${key}/${panel.id || `at-${index}`}`;
    const isRepeated = repeat !== undefined && scope.has(repeat.variable);
    const all = isRepeated ? copies(own, repeat.variable, context) : [{ key: own, scope }];
    // Copies beside each other take the whole width.
    const isBeside = isRepeated && repeat.direction === "h";
    const perRow = isBeside ? Math.max(Math.min(all.length, repeat.maxPerRow), 1) : 1;
    const w = isBeside ? Math.floor(COLUMNS / perRow) : grid.w;
    const left = isBeside ? 0 : grid.x;
    const top = placed
      .filter(({ grid: { x, w: width } }) => x < left + perRow * w && left < x + width)
      .reduce((lowest, { grid: { y, h } }) => Math.max(lowest, y + h), 0);
    all.forEach((copy, at) => {
      const [x, y] = [left + (at % perRow) * w, top + Math.floor(at / perRow) * grid.h];
      placed.push({ ...copy, panel, grid: { x, y, w, h: grid.h } });
    });
  }
  return placed;
}

export function layOut(dashboard: Dashboard, scope: Scope, optionsOf: OptionsOf): Layout {
  const sections: PlacedSection[] = [];
  const absent: string[] = [];
  const context: Context = { scope, optionsOf, cut: new Set() };
  dashboard.sections.forEach((section, index) => {
    const key = `section-${index}`;
    const all =
      section.repeat && scope.has(section.repeat)
        ? copies(key, section.repeat, context)
        : [{ key, scope }];
    const placed = all
      .map((copy) => ({
        key: copy.key,
        title: interpolate(section.title, copy.scope, "text"),
        collapsed: section.collapsed,
        panels: place(section, copy.key, { ...context, scope: copy.scope }),
      }))
      .filter(({ panels }) => panels.length > 0);
    if (placed.length === 0) absent.push(plainTitle(section.title));
    sections.push(...placed);
  });
  return { sections, absent: absent.filter((title) => title !== ""), cut: [...context.cut] };
}

/** "Go runtime" of "Go runtime: $go_job". */
function plainTitle(title: string): string {
  return title.replace(/[\s:,·–-]*(\$\w+|\$\{[^}]*\}|\[\[[^\]]*\]\])/g, "").trim();
}
