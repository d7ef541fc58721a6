// Labels as PromQL writes them.

import type { Labels } from "../api/types";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A string literal: "a\"b". */
export function quote(text: string): string {
  const escapes: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };
  return `"${text.replace(/[\\"\n]/g, (each) => escapes[each] as string)}"`;
}

function labelName(name: string): string {
  return LABEL.test(name) ? name : quote(name);
}

/** A selector of exactly these labels, as it is also shown: http_requests_total{code="200"}. */
export function formatLabels(labels: Labels): string {
  const { __name__: metric, ...rest } = labels;
  const plain = metric !== undefined && NAME.test(metric);
  const pairs = Object.keys(rest)
    .sort()
    .map((name) => `${labelName(name)}=${quote(rest[name] as string)}`);
  if (metric !== undefined && !plain) pairs.unshift(quote(metric));
  if (pairs.length === 0) return plain ? metric : "{}";
  return `${plain ? metric : ""}{${pairs.join(", ")}}`;
}
