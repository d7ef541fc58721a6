// A panel's queries: what is asked for which stretch at which step, and what comes of it.

import type { MatrixData, QueryData, Success } from "../../../api/types";
import {
  align,
  type Interval,
  parseDuration,
  parseInstant,
  stepFor,
  type TimeRange,
} from "../../../time/range";
import {
  calledByOnlyLabel,
  framesOf,
  hasHistograms,
  type SeriesData,
  type TableData,
  tableOf,
} from "./frames";
import { builtIns, interpolate, SCRAPE_INTERVAL_S, type Scope } from "./interpolate";
import { transform } from "./transform";
import type { Panel, Target } from "./types";

/** Of WorkspaceApi, what panels need. */
export interface QueryApi {
  query(
    query: string,
    time: number,
    stats?: boolean,
    signal?: AbortSignal,
  ): Promise<Success<QueryData>>;
  queryRange(
    range: { query: string; start: number; end: number; step: number },
    stats?: boolean,
    signal?: AbortSignal,
  ): Promise<Success<MatrixData>>;
}

export interface PlannedQuery {
  refId: string;
  query: string;
  legendFormat: string;
  format: Target["format"];
  isInstant: boolean;
  /** Aligned to the step; of an instant query its end is the moment. */
  interval: Interval;
  step: number;
}

export interface PanelData {
  interval: Interval;
  /** The smallest of the queries. */
  step: number;
  queries: PlannedQuery[];
  series: SeriesData[];
  /** After the transformations; of panels of the kind table alone. */
  tables: TableData[];
  warnings: string[];
}

// A graph of more would show no more, and cost more.
const POINTS_MAX = 1500;
const POINTS_MIN = 50;

/** The stretch of one panel: its own length, its own shift. */
export function panelInterval(panel: Panel, interval: Interval): Interval {
  const shift = parseDuration(panel.timeShift) ?? 0;
  const start = parseInstant(panel.timeFrom, interval.end) ?? interval.start;
  return { start: start - shift, end: interval.end - shift };
}

/** What a link has to say of the panel's stretch; nothing where it is the dashboard's. */
export function ownRange(panel: Panel, interval: Interval): Partial<TimeRange> {
  const own = panelInterval(panel, interval);
  if (own.start === interval.start && own.end === interval.end) return {};
  return { from: String(Math.round(own.start * 1000)), to: String(Math.round(own.end * 1000)) };
}

function leastStep(panel: Panel, target: Target, scope: Scope): number {
  for (const text of [target.interval, panel.interval]) {
    const written = interpolate(text, scope, "query").replace(/^[>\s]+/, "");
    const seconds = parseDuration(written);
    if (seconds !== undefined) return seconds;
  }
  return SCRAPE_INTERVAL_S;
}

/** `width`: of the panel in pixels; a sample for each does. */
export function plan(
  panel: Panel,
  scope: Scope,
  interval: Interval,
  width: number,
): PlannedQuery[] {
  const own = panelInterval(panel, interval);
  const points = Math.min(Math.max(panel.maxDataPoints ?? width, POINTS_MIN), POINTS_MAX);
  return panel.targets
    .filter((target) => !target.hidden && target.expr.trim() !== "")
    .map((target) => {
      const least = leastStep(panel, target, scope);
      const step = stepFor(own, points, least);
      const all: Scope = new Map([...builtIns(own, step, least), ...scope]);
      return {
        refId: target.refId,
        query: interpolate(target.expr, all, "query"),
        legendFormat: interpolate(target.legendFormat, all, "text"),
        format: target.format,
        isInstant: target.instant,
        interval: target.instant ? own : align(own, step),
        step,
      };
    });
}

interface Answer {
  planned: PlannedQuery;
  data: QueryData | MatrixData;
  warnings: string[];
}

async function ask(planned: PlannedQuery, api: QueryApi, signal: AbortSignal): Promise<Answer> {
  const { query, step, interval } = planned;
  const answer = planned.isInstant
    ? await api.query(query, interval.end, false, signal)
    : await api.queryRange({ query, ...interval, step }, false, signal);
  // Hints at how a query is written (infos) are Explore's to show.
  return { planned, data: answer.data, warnings: answer.warnings ?? [] };
}

/** Throws what went wrong only where no query at all was answered. */
export async function run(
  panel: Panel,
  queries: PlannedQuery[],
  api: QueryApi,
  signal: AbortSignal,
): Promise<PanelData> {
  const settled = await Promise.allSettled(queries.map((planned) => ask(planned, api, signal)));
  const answers = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed && (answers.length === 0 || signal.aborted)) throw failed.reason;
  const warnings = answers.flatMap((answer) => answer.warnings);
  settled.forEach((one, index) => {
    if (one.status === "rejected")
      warnings.push(`query ${queries[index]?.refId}: ${(one.reason as Error).message}`);
  });
  if (answers.some(({ data }) => hasHistograms(data)))
    warnings.push("native histograms are left out: write histogram_quantile() around them");
  const series = answers.flatMap(({ planned, data }) =>
    framesOf({ ...planned, expr: planned.query }, data),
  );
  const steps = queries.map(({ step }) => step);
  const overTime = queries.find(({ isInstant }) => !isInstant);
  return {
    interval: (overTime ?? queries[0])?.interval ?? { start: 0, end: 0 },
    step: Math.min(...steps, 86_400),
    queries,
    series: calledByOnlyLabel(series, (id) =>
      queries.some(({ refId, legendFormat }) => refId === id && legendFormat === "__auto"),
    ),
    tables: panel.kind === "table" ? tablesOf(panel, answers) : [],
    warnings: [...new Set(warnings)],
  };
}

function tablesOf(panel: Panel, answers: Answer[]): TableData[] {
  const several = answers.length > 1;
  const tables = answers.map(({ planned, data }) =>
    tableOf(
      planned.refId,
      framesOf({ ...planned, expr: planned.query }, data),
      several ? `Value #${planned.refId}` : "Value",
    ),
  );
  return transform(tables, panel.transformations);
}
