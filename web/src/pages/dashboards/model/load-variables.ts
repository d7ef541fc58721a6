// Asks the workspace for the options of variables, those that others refer to first.

import type { Query } from "../../../api/client";
import type { Labels, QueryData, Success } from "../../../api/types";
import type { Interval } from "../../../time/range";
import { builtIns, interpolate, type Scope, type Value } from "./interpolate";
import { ALL, type Option, type Variable } from "./types";
import {
  AUTO_INTERVAL,
  choose,
  dependencies,
  filterOptions,
  parseVariableQuery,
  sortOptions,
  standsFor,
} from "./variables";

/** Of WorkspaceApi, what variables need. */
export interface VariableApi {
  labelNames(query?: Query, signal?: AbortSignal): Promise<Success<string[]>>;
  labelValues(name: string, query?: Query, signal?: AbortSignal): Promise<Success<string[]>>;
  series(matchers: string[], query?: Query, signal?: AbortSignal): Promise<Success<Labels[]>>;
  query(
    query: string,
    time: number,
    stats?: boolean,
    signal?: AbortSignal,
  ): Promise<Success<QueryData>>;
}

export interface VariableState {
  variable: Variable;
  options: Option[];
  chosen: string[];
  error?: unknown;
}
export interface VariableStates {
  states: VariableState[];
  scope: Scope;
}

export interface VariableRequest {
  variables: Variable[];
  /** The values that the address names. */
  asked: (name: string) => string[];
  /** What a data source variable stands for: the workspace that is shown. */
  source: string;
  interval: Interval;
  api: VariableApi;
  signal: AbortSignal;
}

// As many options as people may look through; beyond them a query is narrower.
const OPTIONS_MAX = 5000;

async function find(query: string, request: VariableRequest): Promise<string[]> {
  const parsed = parseVariableQuery(query);
  if (!parsed) return [];
  const { api, signal, interval } = request;
  const within = (match = ""): Query => {
    const times: Query = [
      ["start", String(interval.start)],
      ["end", String(interval.end)],
      ["limit", String(OPTIONS_MAX)],
    ];
    return match === "" ? times : [["match[]", match], ...times];
  };
  switch (parsed.kind) {
    case "label_names":
      return (await api.labelNames(within(parsed.match), signal)).data;
    case "label_values":
      return (await api.labelValues(parsed.label, within(parsed.match), signal)).data;
    case "metrics": {
      const names = (await api.labelValues("__name__", within(), signal)).data;
      const pattern = new RegExp(parsed.pattern);
      return names.filter((name) => pattern.test(name));
    }
    case "series":
      return (await api.series([parsed.match], within(), signal)).data.map(grafanaText);
    case "query_result": {
      const { data } = await api.query(parsed.query, interval.end, false, signal);
      if (data.resultType === "scalar") return [data.result[1]];
      if (data.resultType !== "vector") return [];
      return data.result.flatMap(({ metric, value }) =>
        value ? [`${grafanaText(metric)} ${value[1]} ${value[0] * 1000}`] : [],
      );
    }
  }
}

/** A series as Grafana writes it in options, nothing escaped: expressions in files expect that. */
function grafanaText({ __name__: name = "", ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(",")}}`;
}

async function optionsOf(
  variable: Variable,
  scope: Scope,
  request: VariableRequest,
): Promise<Option[]> {
  switch (variable.kind) {
    case "query": {
      const all = new Map([...builtIns(request.interval, 60), ...scope]);
      const found = await find(interpolate(variable.query, all, "query"), request);
      const regex = interpolate(variable.regex, all, "regex");
      return sortOptions(filterOptions(found, regex), variable.sort);
    }
    case "interval": {
      const auto = { value: `${AUTO_INTERVAL}_interval_${variable.name}`, text: "auto" };
      return variable.auto ? [auto, ...variable.options] : variable.options;
    }
    case "custom":
    case "constant":
      return variable.options;
    default:
      return [];
  }
}

async function load(
  variable: Variable,
  scope: Scope,
  request: VariableRequest,
): Promise<VariableState> {
  const asked = request.asked(variable.name);
  try {
    const options = await optionsOf(variable, scope, request);
    return { variable, options, chosen: choose(variable, options, asked) };
  } catch (error) {
    if (request.signal.aborted) throw error;
    // What the address asks for stays: it may well exist.
    const chosen = asked.length > 0 ? asked : choose(variable, [], asked);
    return { variable, options: [], chosen, error };
  }
}

/** All, where the file says what that is: known without the options. */
function isKnown(variable: Variable, asked: string[]): boolean {
  if (variable.kind !== "query" || !variable.includeAll || variable.allValue === "") return false;
  const wanted = asked.length > 0 ? asked : variable.initial;
  return (
    wanted.length === 0 || wanted.includes(ALL) || (wanted.length === 1 && wanted[0] === "All")
  );
}

/** In rounds: in each all of those whose dependencies are known, at once. */
export async function loadVariables(request: VariableRequest): Promise<VariableStates> {
  const scope = new Map<string, Value>();
  const names = new Set(request.variables.map(({ name }) => name));
  const done = new Map<Variable, VariableState>();
  for (const { kind, name } of request.variables)
    if (kind === "datasource") scope.set(name, { values: [request.source] });
  for (const variable of request.variables)
    if (isKnown(variable, request.asked(variable.name)))
      scope.set(variable.name, standsFor(variable, [], [ALL], request.interval));
  let waiting = request.variables.filter(({ kind }) => kind !== "datasource");
  while (waiting.length > 0) {
    const isReady = (variable: Variable) =>
      dependencies(variable).every(
        (name) => !names.has(name) || scope.has(name) || name === variable.name,
      );
    const ready = waiting.filter(isReady);
    // A circle is broken at its first variable.
    const round = ready.length > 0 ? ready : waiting.slice(0, 1);
    const states = await Promise.all(round.map((variable) => load(variable, scope, request)));
    for (const state of states) {
      const { variable, options, chosen } = state;
      done.set(variable, state);
      scope.set(variable.name, standsFor(variable, options, chosen, request.interval));
    }
    waiting = waiting.filter((variable) => !done.has(variable));
  }
  const states = request.variables.flatMap((variable) => done.get(variable) ?? []);
  return { states, scope };
}
