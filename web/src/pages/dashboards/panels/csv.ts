// A panel's data as a file for other programs.

import { formatIso } from "../../../format/time";
import { formatExact } from "../../../format/units";
import { aligned, type Cell } from "../model/frames";
import type { PanelData } from "../model/run";
import type { Panel } from "../model/types";
import { namedField, shownColumns } from "./values";

// A spreadsheet would run what begins like a formula; label values are other people's text.
const FORMULA = /^[=+\-@\t\r]/;

function quoted(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

function written(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "number" ? formatExact(cell) : quoted(cell);
}

function lines(rows: string[][]): string {
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

/** The chosen table with the columns that are shown; of series a row for each time. */
export function panelCsv(panel: Panel, data: PanelData, chosen: number): string {
  const table = data.tables[chosen] ?? data.tables[0];
  if (table) {
    const shown = shownColumns(panel, table);
    const rows = table.rows.map((row) =>
      shown.map(({ index, kind }) => {
        const cell = row[index];
        return kind === "time" && typeof cell === "number" ? formatIso(cell) : written(cell);
      }),
    );
    return lines([shown.map(({ header }) => quoted(header)), ...rows]);
  }
  const series = data.series
    .map((one) => ({ one, ...namedField(panel, one) }))
    .filter(({ field }) => !field.hidden);
  const { times, values } = aligned(series.map(({ one }) => one));
  const names = series.map(({ name }) => quoted(name));
  const rows = times.map((time, at) => [
    formatIso(time),
    ...values.map((column) => written(column[at])),
  ]);
  return lines([["time", ...names], ...rows]);
}
