// Variables of a dashboard: how they are read from a file, in which order they are asked for, and
// what they stand for.

import { type Interval, parseDuration, stepFor } from "../../../time/range";
import { parseRegex } from "./field";
import { durationText, references, type Scope, type Value } from "./interpolate";
import { type Json, number, object, text, texts } from "./json";
import { ALL, type Option, type Variable } from "./types";

/** "a, b : c": b is shown for the value c. Commas may be escaped. */
function customOptions(query: string): Option[] {
  const parts = query.match(/(\\,|[^,])+/g) ?? [];
  return parts.map((part) => {
    const plain = part.replace(/\\,/g, ",").trim();
    const pair = /^(.+)\s:\s(.+)$/.exec(plain);
    return pair
      ? { text: (pair[1] as string).trim(), value: (pair[2] as string).trim() }
      : { text: plain, value: plain };
  });
}

function intervalOptions(query: string): Option[] {
  const quoted = query.match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
  return quoted.map((part) => {
    const value = part.trim().replace(/^["']|["']$/g, "");
    return { text: value, value };
  });
}

function queryText(query: unknown): string {
  return typeof query === "string" ? query : text(object(query).query);
}

function initialOf(json: Json): string[] {
  const value = object(json.current).value;
  const known = texts(value);
  return known.map((one) => (one === "All" && json.includeAll === true ? ALL : one));
}

export function parseVariable(json: Json): Variable {
  const base = {
    name: text(json.name),
    label: text(json.label) || text(json.name),
    hidden: json.hide === 2 || json.type === "constant",
    multi: json.multi === true,
    includeAll: json.includeAll === true,
    allValue: text(json.allValue),
    initial: initialOf(json),
  };
  const query = queryText(json.query);
  switch (json.type) {
    case "query": {
      const regex = text(json.regex);
      return { ...base, kind: "query", query, regex, sort: number(json.sort) ?? 0 };
    }
    case "custom":
      return { ...base, kind: "custom", options: customOptions(query) };
    case "constant":
      return { ...base, kind: "constant", options: [{ value: query, text: query }] };
    case "interval": {
      const auto = { count: number(json.auto_count) ?? 30, min: text(json.auto_min, "10s") };
      const options = intervalOptions(query);
      return { ...base, kind: "interval", options, auto: json.auto === true ? auto : undefined };
    }
    case "textbox":
      return { ...base, kind: "textbox", initial: base.initial.length ? base.initial : [query] };
    case "datasource":
      return { ...base, kind: "datasource", hidden: true };
    default:
      return { ...base, kind: "unsupported", type: text(json.type), hidden: true };
  }
}

export function dependencies(variable: Variable): string[] {
  return variable.kind === "query"
    ? [...references(variable.query), ...references(variable.regex)]
    : [];
}

export type VariableQuery =
  | { kind: "label_names"; match: string }
  | { kind: "label_values"; label: string; match: string }
  | { kind: "metrics"; pattern: string }
  | { kind: "query_result"; query: string }
  | { kind: "series"; match: string };

/** A query of the classic form: label_values(up{job="a"}, instance). */
export function parseVariableQuery(query: string): VariableQuery | undefined {
  const call = /^\s*(\w+)\((.*)\)\s*$/s.exec(query);
  const inside = (call?.[2] ?? "").trim();
  switch (call?.[1]) {
    case "label_names":
      return { kind: "label_names", match: inside };
    case "label_values": {
      const parts = /^(?:(.+),)?\s*("?)([^\s",{}()]+)\2$/s.exec(inside);
      if (!parts) return undefined;
      return { kind: "label_values", label: parts[3] as string, match: (parts[1] ?? "").trim() };
    }
    case "metrics":
      return { kind: "metrics", pattern: inside };
    case "query_result":
      return { kind: "query_result", query: inside };
    default:
      return query.trim() === "" ? undefined : { kind: "series", match: query.trim() };
  }
}

/** Keeps what matches: its first group or the groups `value` and `text`, else the whole. */
export function filterOptions(found: string[], regex: string): Option[] {
  const pattern = regex === "" ? undefined : parseRegex(regex);
  if (regex !== "" && !pattern) throw new Error(`"${regex}" is no regular expression`);
  const options = found.flatMap((one): Option[] => {
    if (!pattern) return [{ value: one, text: one }];
    const match = pattern.exec(one);
    if (!match) return [];
    const value = match.groups?.value ?? match.groups?.text ?? match[1] ?? one;
    return [{ value, text: match.groups?.text ?? value }];
  });
  const seen = new Set<string>();
  return options.filter(({ value }) => !seen.has(value) && seen.add(value));
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function firstNumber(value: string): number {
  const found = /-?\d+(\.\d+)?/.exec(value);
  return found ? Number(found[0]) : Number.NEGATIVE_INFINITY;
}

const COMPARE: ((a: string, b: string) => number)[] = [
  (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  (a, b) => firstNumber(a) - firstNumber(b),
  (a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en"),
  NATURAL.compare,
];

/** By Grafana's numbers: 0 as it comes, odd ascending, even descending. */
export function sortOptions(options: Option[], sort: number): Option[] {
  const compare = COMPARE[Math.ceil(sort / 2) - 1];
  if (!compare) return options;
  const sorted = [...options].sort((a, b) => compare(a.text, b.text));
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}

/** The values that hold: those asked for as far as they exist, else the file's, All, the first. */
export function choose(variable: Variable, options: Option[], asked: string[] = []): string[] {
  if (variable.kind === "textbox") return asked.length > 0 ? asked.slice(0, 1) : variable.initial;
  const exists = (value: string) =>
    (value === ALL && variable.includeAll) || options.some((option) => option.value === value);
  for (const wanted of [asked, variable.initial]) {
    const known = wanted
      .map((value) => (value === "All" && variable.includeAll && !exists(value) ? ALL : value))
      .filter(exists);
    if (known.includes(ALL)) return [ALL];
    if (known.length > 0) return variable.multi ? known : known.slice(0, 1);
  }
  if (variable.includeAll) return [ALL];
  const first = options[0];
  return first ? [first.value] : [];
}

function autoInterval(auto: { count: number; min: string }, interval: Interval): string {
  return durationText(stepFor(interval, auto.count, parseDuration(auto.min) ?? 1));
}

export const AUTO_INTERVAL = "$__auto";

/** What queries and titles get for the values chosen. */
export function standsFor(
  variable: Variable,
  options: Option[],
  chosen: string[],
  interval: Interval,
): Value {
  if (variable.kind === "interval" && variable.auto && chosen[0]?.startsWith(AUTO_INTERVAL)) {
    return { values: [autoInterval(variable.auto, interval)], texts: ["auto"] };
  }
  const isAll = chosen.includes(ALL);
  const values = isAll ? options.map((option) => option.value) : chosen;
  const textOf = (value: string) => options.find((option) => option.value === value)?.text ?? value;
  const isPattern = variable.multi || variable.includeAll;
  return {
    values,
    texts: isAll ? ["All"] : values.map(textOf),
    isPattern,
    isLabel: variable.kind === "query",
    // All of nothing is what lacks the label; the same as an alternative of nothing.
    raw: isAll && (variable.allValue || values.length === 0) ? variable.allValue : undefined,
  };
}

/** The scope with one value in place of all: for one of several repeated panels. */
export function narrowed(scope: Scope, name: string, option: Option): Scope {
  const value = scope.get(name);
  return new Map([
    ...scope,
    [name, { ...value, values: [option.value], texts: [option.text], raw: undefined }],
  ]);
}

/** One for each panel or row that repeats by the variable. */
export function repetitions(scope: Scope, name: string, options: Option[]): Option[] {
  const value = scope.get(name);
  if (!value) return [];
  return value.values.map(
    (one) => options.find((option) => option.value === one) ?? { value: one, text: one },
  );
}

export function labelOf(option: Option): string {
  return option.text === "" ? "(empty)" : option.text;
}
