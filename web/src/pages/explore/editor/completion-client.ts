// What the editor's completion asks of a workspace: signed calls, remembered for a while. A failure
// completes nothing: the query itself will say what is wrong.

import type { PrometheusClient } from "@prometheus-io/codemirror-promql/dist/esm/client/prometheus";
import type { Matcher } from "@prometheus-io/codemirror-promql/dist/esm/types";
import { EqlRegex, Neq, NeqRegex } from "@prometheus-io/lezer-promql";
import type { Query, WorkspaceApi } from "../../../api/client";
import { quote } from "../../../format/labels";
import type { Interval } from "../../../time/range";

const NAMES_MAX = 40_000;
const VALUES_MAX = 10_000;
const KEPT_MS = 60_000;
const KEPT_MAX = 200;

/** Answers by what was asked; those of other times are asked for again. */
export class Memory {
  private readonly kept = new Map<string, { at: number; answer: Promise<unknown> }>();

  constructor(private readonly now: () => number = Date.now) {}

  get<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    if (known && this.now() - known.at < KEPT_MS) return known.answer as Promise<T>;
    const answer = ask();
    this.kept.delete(key);
    this.kept.set(key, { at: this.now(), answer });
    answer.catch(() => this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT_MAX) break;
      this.kept.delete(oldest);
    }
    return answer;
  }
}

/** The selector of what a label's values are looked up among; "" for everything. */
export function selector(metric: string | undefined, matchers: Matcher[] = []): string {
  const pairs = matchers
    .filter((each) => each.value !== "")
    .map((each) => `${each.name}${operator(each)}${requoted(each.value)}`);
  if (metric) pairs.unshift(`__name__=${quote(metric)}`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

/** The text between somebody's quotes, whose escapes it has kept, between double quotes. */
function requoted(source: string): string {
  const escaped = (found: string) => (found === '"' ? '\\"' : found === "\\'" ? "'" : found);
  return `"${source.replace(/\\.|"/gs, escaped)}"`;
}

function operator(matcher: Matcher): string {
  return { [EqlRegex]: "=~", [NeqRegex]: "!~", [Neq]: "!=" }[matcher.type] ?? "=";
}

export class CompletionClient implements PrometheusClient {
  private readonly memory = new Memory();
  private readonly controller = new AbortController();

  constructor(
    private readonly api: WorkspaceApi,
    private readonly interval: () => Interval,
  ) {}

  /** Hours, so that a moving "now" does not ask anew each second. */
  private range(): Query {
    const { start, end } = this.interval();
    return [
      ["start", String(Math.floor(start / 3600) * 3600)],
      ["end", String(Math.ceil(end / 3600) * 3600)],
    ];
  }

  private ask<T>(key: unknown[], call: () => Promise<{ data: T }>, nothing: T): Promise<T> {
    const answer = this.memory.get(JSON.stringify([key, this.range()]), call);
    return answer.then(
      ({ data }) => data,
      () => nothing,
    );
  }

  labelNames(metric?: string): Promise<string[]> {
    const query: Query = [...this.range(), ["limit", String(NAMES_MAX)]];
    if (metric) query.push(["match[]", selector(metric)]);
    return this.ask(
      ["labels", metric],
      () => this.api.labelNames(query, this.controller.signal),
      [],
    );
  }

  labelValues(label: string, metric?: string, matchers?: Matcher[]): Promise<string[]> {
    const limit = label === "__name__" ? NAMES_MAX : VALUES_MAX;
    const query: Query = [...this.range(), ["limit", String(limit)]];
    const others = (matchers ?? []).filter((each) => each.name !== label);
    const match = selector(metric, others);
    if (match) query.push(["match[]", match]);
    return this.ask(
      ["values", label, match],
      () => this.api.labelValues(label, query, this.controller.signal),
      [],
    );
  }

  metricNames(): Promise<string[]> {
    return this.labelValues("__name__");
  }

  metricMetadata() {
    const call = () => this.api.metadata([], this.controller.signal);
    return this.ask(["metadata"], call, {});
  }

  async series(metric: string, matchers?: Matcher[], label?: string) {
    const match = selector(
      metric,
      (matchers ?? []).filter((each) => each.name !== label),
    );
    const query: Query = [...this.range(), ["limit", "1000"]];
    const found = await this.ask(
      ["series", match],
      () => this.api.series([match], query, this.controller.signal),
      [],
    );
    return found.map((labels) => new Map(Object.entries(labels)));
  }

  flags(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  destroy(): void {
    this.controller.abort();
  }
}
