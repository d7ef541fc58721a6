// What Explore shows, as its address has it: a link brings the view back.
//
//   <a href={exploreLink({ expressions: ["rate(x[5m])"], unit: "s" })}>Explore</a>
//   exploreLink({ expressions: ["up"], view: "table" }, { from: "now-6h", to: "now" })

import { ALL_VISIBLE, type Visibility } from "../../chart/visibility";
import { type Changes, linkTo } from "../../ui/address";

export type View = "graph" | "table";
export type GraphStyle = "line" | "area" | "bars" | "points";

export interface ExploreState {
  expressions: string[];
  /** Indices of queries that are there and not run. */
  off: number[];
  view: View;
  /** Seconds as they are written: "15s"; "" for one that suits the width. */
  step: string;
  style: GraphStyle;
  stacked: boolean;
  logarithmic: boolean;
  unit: string;
  /** Of the graph's series, by name. */
  visibility: Visibility;
}

const VIEWS: View[] = ["graph", "table"];
const STYLES: GraphStyle[] = ["line", "area", "bars", "points"];

function oneOf<T extends string>(names: T[], text: string | null): T {
  return names.find((name) => name === text) ?? (names[0] as T);
}

export function readState(params: URLSearchParams): ExploreState {
  const expressions = params.getAll("expr");
  const off = (params.get("off") ?? "").split(",").filter(Boolean).map(Number);
  return {
    expressions: expressions.length > 0 ? expressions : [""],
    off: off.filter((index) => Number.isInteger(index) && index < expressions.length),
    view: oneOf(VIEWS, params.get("view")),
    step: params.get("step") ?? "",
    style: oneOf(STYLES, params.get("style")),
    stacked: params.get("stacked") === "1",
    logarithmic: params.get("axis") === "log",
    unit: params.get("unit") ?? "",
    visibility: readVisibility(params),
  };
}

function readVisibility(params: URLSearchParams): Visibility {
  const only = params.getAll("only");
  if (only.length > 0) return { mode: "only", keys: new Set(only) };
  const hidden = params.getAll("hide");
  return hidden.length > 0 ? { mode: "hide", keys: new Set(hidden) } : ALL_VISIBLE;
}

// An address has to stay one that can be sent: more names than these are not in it.
export const NAMES_MAX = 20;

function writeVisibility({ mode, keys }: Visibility): Changes {
  const names = keys.size <= NAMES_MAX ? [...keys] : [];
  return { only: mode === "only" ? names : null, hide: mode === "hide" ? names : null };
}

/** What is as it is without saying is not in the address. */
export function writeState(state: Partial<ExploreState>): Changes {
  const changes: Changes = {};
  if (state.expressions) {
    const some = state.expressions.some((each) => each !== "");
    changes.expr = some ? state.expressions : null;
  }
  if (state.off) changes.off = state.off.join(",");
  if (state.view) changes.view = state.view === "graph" ? null : state.view;
  if (state.step !== undefined) changes.step = state.step;
  if (state.style) changes.style = state.style === "line" ? null : state.style;
  if (state.stacked !== undefined) changes.stacked = state.stacked ? "1" : null;
  if (state.logarithmic !== undefined) changes.axis = state.logarithmic ? "log" : null;
  if (state.unit !== undefined) changes.unit = state.unit;
  if (state.visibility) Object.assign(changes, writeVisibility(state.visibility));
  return changes;
}

/** A link to Explore that keeps the workspace and, unless `more` says otherwise, the time range. */
export function exploreLink(state: Partial<ExploreState>, more: Changes = {}): string {
  return linkTo("/console/explore", { ...writeState(state), ...more });
}
