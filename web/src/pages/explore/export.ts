// What is shown, as files for other programs.

import { csv } from "../../format/csv";
import { formatIso } from "../../format/time";
import { formatExact } from "../../format/units";
import type { Answer } from "./queries";
import { type Graph, toRows } from "./results";

/** A row for each time, a column for each series. */
export function graphCsv({ times, series }: Graph): string {
  const head = ["time", ...series.map((each) => each.name)];
  const rows = times.map((time, index) => [
    formatIso(time),
    ...series.map((each) => {
      const value = each.values[index] ?? null;
      return value === null ? "" : formatExact(value);
    }),
  ]);
  return csv([head, ...rows]);
}

/** A row for each series of each query, a column for each label. */
export function tableCsv({ moment, outcomes }: Answer): string {
  const tables = outcomes.map((outcome) => ({ outcome, ...toRows(outcome) }));
  const names = [...new Set(tables.flatMap((table) => table.labelNames))];
  const time = moment.kind === "instant" ? formatIso(moment.time) : "";
  const rows = tables.flatMap(({ outcome, rows: each }) =>
    each.map((row) => [
      outcome.asked.letter,
      time,
      ...names.map((name) => row.labels[name] ?? ""),
      row.value,
    ]),
  );
  return csv([["query", "time", ...names, "value"], ...rows]);
}

/** What the hub answered, with what it was asked. */
export function answerJson({ moment, outcomes }: Answer): string {
  const queries = outcomes.map(({ asked, data, error, warnings, infos }) => ({
    query: asked.expression,
    ...(error === undefined ? { data } : { error: String((error as Error).message ?? error) }),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(infos.length > 0 ? { infos } : {}),
  }));
  return `${JSON.stringify({ ...moment, queries }, null, 2)}\n`;
}
