// Runs the queries of Explore, all at once; one that fails does not stop the others.

import { HubError, type Query, request, type WorkspaceApi } from "../../api/client";
import type { QueryData, Success } from "../../api/types";
import { formatValue } from "../../format/units";
import { align, type Interval, parseDuration, stepFor } from "../../time/range";

/** A query as the page names it: A, B, C. */
export interface Asked {
  letter: string;
  expression: string;
}

/** Over a stretch of time, or at its end. */
export type Moment =
  | { kind: "range"; interval: Interval; step: number }
  | { kind: "instant"; time: number };

export interface Outcome {
  asked: Asked;
  data?: QueryData;
  error?: unknown;
  warnings: string[];
  infos: string[];
  tookMs: number;
}

export interface Answer {
  moment: Moment;
  outcomes: Outcome[];
}

export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** Those that are there and on. */
export function askedOf(expressions: string[], off: number[]): Asked[] {
  return expressions
    .map((expression, index) => ({ letter: letterOf(index), expression, index }))
    .filter((each) => each.expression.trim() !== "" && !off.includes(each.index))
    .map(({ letter, expression }) => ({ letter, expression }));
}

// About as many as a wide screen can tell apart.
const POINTS = 600;
// Prometheus' own limit, which the hub keeps, is 11,000.
const POINTS_MAX = 11_000;

export interface Step {
  seconds: number;
  /** Why it is not what was asked for; "" where it is. */
  note: string;
}

export function chooseStep(interval: Interval, text: string): Step {
  const asked = parseDuration(text);
  if (!asked) {
    const note = text === "" ? "" : `"${text}" is no duration such as 15s or 1m`;
    return { seconds: stepFor(interval, POINTS), note };
  }
  const least = (interval.end - interval.start) / (POINTS_MAX - 1);
  if (asked >= least) return { seconds: asked, note: "" };
  const seconds = stepFor(interval, POINTS_MAX - 1);
  const count = Math.floor((interval.end - interval.start) / asked);
  return {
    seconds,
    note: `A step of ${text} would be ${count.toLocaleString("en")} points a series, more than the
      11,000 that the hub answers: ${formatValue(seconds, "s")} instead`.replace(/\s+/g, " "),
  };
}

export function momentOf(view: "graph" | "table", interval: Interval, step: number): Moment {
  if (view === "table") return { kind: "instant", time: interval.end };
  return { kind: "range", interval: align(interval, step), step };
}

async function runOne(
  api: WorkspaceApi,
  asked: Asked,
  moment: Moment,
  signal: AbortSignal,
): Promise<Outcome> {
  const began = performance.now();
  const rest = () => ({ asked, tookMs: performance.now() - began });
  try {
    const answer =
      moment.kind === "range"
        ? await api.queryRange(
            { query: asked.expression, ...moment.interval, step: moment.step },
            true,
            signal,
          )
        : await api.query(asked.expression, moment.time, true, signal);
    const { data, warnings = [], infos = [] } = answer;
    return { ...rest(), data, warnings, infos };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...rest(), error, warnings: [], infos: [] };
  }
}

export async function runAll(
  api: WorkspaceApi,
  asked: Asked[],
  moment: Moment,
  signal: AbortSignal,
): Promise<Answer> {
  const outcomes = await Promise.all(asked.map((each) => runOne(api, each, moment, signal)));
  return { moment, outcomes };
}

function isPassing(error: unknown): boolean {
  return error instanceof HubError && (error.status === 0 || error.status >= 500);
}

/**
 * Where the hub could not answer at all, what it answered to the same queries before, with the
 * errors of now: a hub that is started anew does not empty the page.
 */
export function keepOld(answer: Answer, before: Answer | undefined): Answer {
  const same =
    before !== undefined &&
    before.moment.kind === answer.moment.kind &&
    before.outcomes.length === answer.outcomes.length &&
    answer.outcomes.every(
      ({ asked, error }, index) =>
        isPassing(error) &&
        before.outcomes[index]?.asked.expression === asked.expression &&
        before.outcomes[index]?.data,
    );
  if (!same) return answer;
  const { error } = answer.outcomes[0] ?? {};
  return { ...before, outcomes: before.outcomes.map((each) => ({ ...each, error })) };
}

/** The expression as the hub would write it; its mistake where it has one. */
export async function formatQuery({ workspace, region }: WorkspaceApi, expression: string) {
  const path = `/workspaces/${workspace.workspaceId}/api/v1/format_query`;
  const query: Query = [["query", expression]];
  return (await request<Success<string>>({ path, query, region })).data;
}
