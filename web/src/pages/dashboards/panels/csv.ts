// A panel's data as a file for other programs.

import { formatIso } from "../../../format/time";
import { formatExact } from "../../../format/units";
import { aligned, type Cell } from "../model/frames";
import type { PanelData } from "../model/run";
import type { Panel } from "../model/types";
import { namedField } from "./values";

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

/** Tables as they are shown; of series a row for each time, a column for each. */
export function panelCsv(panel: Panel, data: PanelData): string {
  const [table] = data.tables;
  if (table) {
    const isTime = table.columns.map(({ kind }) => kind === "time");
    const rows = table.rows.map((row) =>
      row.map((cell, index) =>
        isTime[index] && typeof cell === "number" ? formatIso(cell) : written(cell),
      ),
    );
    return lines([table.columns.map(({ name }) => quoted(name)), ...rows]);
  }
  const { times, values } = aligned(data.series);
  const names = data.series.map((series) => quoted(namedField(panel, series).name));
  const rows = times.map((time, at) => [
    formatIso(time),
    ...values.map((column) => written(column[at])),
  ]);
  return lines([["time", ...names], ...rows]);
}
