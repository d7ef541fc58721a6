// Selectors that the page builds: from labels that are looked into, one after the other.

/** Equal matchers, in the order in which they were chosen: [name, value]. */
export type Chosen = [string, string][];

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** As PromQL writes it: names outside of the classic letters are quoted. */
export function labelName(name: string): string {
  return PLAIN_NAME.test(name) ? name : quoted(name);
}

/** {__name__="up",job="app"}; with `present` also that label must be there. */
export function selectorOf(chosen: Chosen, present?: string): string {
  const matchers = chosen.map(([name, value]) => `${labelName(name)}=${quoted(value)}`);
  if (present && !chosen.some(([name]) => name === present))
    matchers.push(`${labelName(present)}!=""`);
  return `{${matchers.join(",")}}`;
}

/** "job=app", as the cardinality of pairs names them. */
export function splitPair(pair: string): [string, string] {
  const sign = pair.indexOf("=");
  return sign < 0 ? [pair, ""] : [pair.slice(0, sign), pair.slice(sign + 1)];
}

/** Series by the values of a label, the most first. */
export function byValue(chosen: Chosen, label: string, top: number): string {
  return `topk(${top}, count by (${labelName(label)}) (${selectorOf(chosen, label)}))`;
}

/** How many values a label has. */
export function valueCount(chosen: Chosen, label: string): string {
  return `count(count by (${labelName(label)}) (${selectorOf(chosen, label)}))`;
}

/** Selectors one per line; blank lines are none. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
