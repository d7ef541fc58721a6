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

interface Placed {
  panels: PlacedPanel[];
  /** Rows of the grid that these take more than in the file. */
  added: number;
}

function repeated(panel: Panel, y: number, all: Copy[]): Placed {
  const { grid, repeat } = panel;
  const isDown = repeat?.direction === "v";
  const perRow = isDown ? 1 : Math.max(Math.min(all.length, repeat?.maxPerRow ?? 4), 1);
  const w = isDown ? grid.w : Math.floor(COLUMNS / perRow);
  const panels = all.map(({ key, scope }, index) => {
    const x = isDown ? grid.x : (index % perRow) * w;
    return {
      key,
      panel,
      scope,
      grid: { x, y: y + Math.floor(index / perRow) * grid.h, w, h: grid.h },
    };
  });
  return { panels, added: (Math.ceil(all.length / perRow) - 1) * grid.h };
}

function place(section: Section, key: string, context: Context): PlacedPanel[] {
  const { scope } = context;
  const top = section.panels.reduce((least, { grid }) => Math.min(least, grid.y), 1e9);
  const placed: PlacedPanel[] = [];
  let shift = 0;
  for (const [index, panel] of section.panels.entries()) {
    const own = `${key}/${panel.id || `at-${index}`}`;
    const y = panel.grid.y - top + shift;
    if (panel.repeat && scope.has(panel.repeat.variable)) {
      const all = copies(own, panel.repeat.variable, context);
      const { panels, added } = repeated(panel, y, all);
      placed.push(...panels);
      shift += added;
    } else {
      placed.push({ key: own, panel, scope, grid: { ...panel.grid, y } });
    }
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
