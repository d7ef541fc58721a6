// $name, ${name}, ${name:format} and [[name]] in queries, titles and links.
// Several values become one regular expression in a query, as Grafana writes it for Prometheus.

/** What a variable stands for now. */
export interface Value {
  values: string[];
  /** As people read them; the values where absent. */
  texts?: string[];
  /** Written into queries as regular expressions, which selectors with =~ expect. */
  isPattern?: boolean;
  /** Label values, whose quotes are escaped in queries. */
  isLabel?: boolean;
  /** Stands as it is in place of the values, but for titles and addresses. */
  raw?: string;
}
export type Scope = ReadonlyMap<string, Value>;

const REFERENCE = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?::([^}]*))?\}/g;

function escapeRegex(value: string): string {
  return value.replace(/[\\^$*+?.()|[\]{}]/g, "\\$&");
}

/** Inside of a string in double quotes of PromQL. */
function escapeString(value: string): string {
  return value.replace(/[\\"]/g, "\\$&");
}

function inQuery(value: Value): string {
  if (!value.isPattern) {
    return value.values.map((one) => (value.isLabel ? escapeString(one) : one)).join(",");
  }
  const patterns = value.values.map((one) => escapeString(escapeRegex(one)));
  return patterns.length === 1 ? (patterns[0] as string) : `(${patterns.join("|")})`;
}

function alternatives(values: string[], join: string, around: [string, string]): string {
  return values.length === 1 ? (values[0] as string) : around[0] + values.join(join) + around[1];
}

function asText(value: Value): string {
  return (value.texts ?? value.values).join(" + ");
}

const FORMATS: Record<string, (value: Value, name: string) => string> = {
  query: inQuery,
  raw: (value) => value.values.join(","),
  regex: (value) => alternatives(value.values.map(escapeRegex), "|", ["(", ")"]),
  pipe: (value) => value.values.join("|"),
  csv: (value) => value.values.join(","),
  glob: (value) => alternatives(value.values, ",", ["{", "}"]),
  json: (value) => JSON.stringify(value.values.length === 1 ? value.values[0] : value.values),
  text: asText,
  singlequote: (value) => value.values.map((one) => `'${one.replace(/'/g, "\\'")}'`).join(","),
  doublequote: (value) => value.values.map((one) => `"${one.replace(/"/g, '\\"')}"`).join(","),
  percentencode: (value) => encodeURIComponent(value.raw ?? value.values.join(",")),
  queryparam: (value, name) =>
    (value.raw === undefined ? value.values : [asText(value)])
      .map((one) => `var-${name}=${encodeURIComponent(one)}`)
      .join("&"),
};
const WITHOUT_RAW = ["text", "percentencode", "queryparam"];

/** A reference to what is not in scope stays as it is. */
export function interpolate(
  text: string,
  scope: Scope,
  purpose: "query" | "regex" | "text",
): string {
  return text.replace(REFERENCE, (whole, plain, square, squareFormat, curly, curlyFormat) => {
    const name = (plain ?? square ?? curly) as string;
    const value = scope.get(name);
    if (!value) return whole;
    const asked = (squareFormat ?? curlyFormat ?? "") as string;
    const format = Object.hasOwn(FORMATS, asked) ? asked : purpose;
    if (value.raw !== undefined && !WITHOUT_RAW.includes(format)) return value.raw;
    return FORMATS[format]?.(value, name) ?? whole;
  });
}

/** Names of what the text refers to, built-in ones included. */
export function references(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? match[2] ?? match[4] ?? "");
}

/** Seconds as Prometheus writes them, in one unit: "15s", "5m", "500ms". */
export function durationText(seconds: number): string {
  if (seconds < 1) return `${Math.max(Math.round(seconds * 1000), 1)}ms`;
  const whole = Math.round(seconds);
  if (whole % 86_400 === 0) return `${whole / 86_400}d`;
  if (whole % 3600 === 0) return `${whole / 3600}h`;
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
}

function raw(text: string): Value {
  return { values: [text], raw: text };
}

/** How often is scraped where a query says nothing else: as Grafana's data source assumes. */
export const SCRAPE_INTERVAL_S = 15;

/** $__interval and its like, for one query. `scrape_s`: its least step. */
export function builtIns(
  interval: { start: number; end: number },
  step_s: number,
  scrape_s = SCRAPE_INTERVAL_S,
): Map<string, Value> {
  const range_s = Math.round(interval.end - interval.start);
  const rate_s = Math.max(step_s + scrape_s, 4 * scrape_s);
  return new Map([
    ["__interval", raw(durationText(step_s))],
    ["__interval_ms", raw(String(Math.round(step_s * 1000)))],
    ["__rate_interval", raw(durationText(rate_s))],
    ["__range", raw(`${range_s}s`)],
    ["__range_s", raw(String(range_s))],
    ["__range_ms", raw(String(range_s * 1000))],
    ["__from", raw(String(Math.round(interval.start * 1000)))],
    ["__to", raw(String(Math.round(interval.end * 1000)))],
  ]);
}
