// A panel's data as a file for other programs.

import { csv } from "../../../format/csv";
import { formatIso } from "../../../format/time";
import { formatExact } from "../../../format/units";
import { aligned, type Cell } from "../model/frames";
import type { PanelData } from "../model/run";
import type { Panel } from "../model/types";
import { namedField, shownColumns } from "./values";

function written(cell: Cell | undefined): string {
  return typeof cell === "number" ? formatExact(cell) : (cell ?? "");
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
    return csv([shown.map(({ header }) => header), ...rows]);
  }
  const series = data.series
    .map((one) => ({ one, ...namedField(panel, one) }))
    .filter(({ field }) => !field.hidden);
  const { times, values } = aligned(series.map(({ one }) => one));
  const names = series.map(({ name }) => name);
  const rows = times.map((time, at) => [
    formatIso(time),
    ...values.map((column) => written(column[at])),
  ]);
  return csv([["time", ...names], ...rows]);
}
