// The values that stat, gauge and bar gauge show: one for each series, reduced.

import { rangeOf, type Shown, show } from "../model/display";
import { fieldFor } from "../model/field";
import type { SeriesData, TableColumn, TableData } from "../model/frames";
import { reducerOf } from "../model/reduce";
import type { PanelData } from "../model/run";
import type { Field, Panel } from "../model/types";

export interface ReducedValue {
  key: string;
  name: string;
  value: number | null;
  shown: Shown;
  field: Field;
  range: { min: number; max: number };
  series: SeriesData;
}

/** "${__field.labels.job}" in a displayName stands for a label, "${__series.name}" for all. */
export function displayName(format: string, series: SeriesData): string {
  if (format === "") return series.name;
  return format.replace(
    /\$\{__(?:field|series)\.(?:labels\.(\w+)|(\w+))\}/g,
    (_, label: string | undefined) => (label ? (series.labels[label] ?? "") : series.name),
  );
}

export function namedField(panel: Panel, series: SeriesData): { field: Field; name: string } {
  const names = { name: series.name, refId: series.refId, isNumber: true };
  const field = fieldFor(panel, names);
  return { field, name: displayName(field.displayName, series) };
}

export interface ShownColumn {
  index: number;
  kind: TableColumn["kind"];
  header: string;
  field: Field;
}

/** Those that are not hidden, by the names that they are shown under. */
export function shownColumns(panel: Panel, table: TableData): ShownColumn[] {
  return table.columns.flatMap(({ name, refId, kind }, index) => {
    const field = fieldFor(panel, { name, refId, isNumber: kind === "number" });
    return field.hidden ? [] : [{ index, kind, header: field.displayName || name, field }];
  });
}

/** Values of an axis that all fields share, so that gauges beside each other compare. */
export function reduceAll(panel: Panel, data: PanelData): ReducedValue[] {
  const calc = panel.options.calcs[0] ?? "lastNotNull";
  const reducer = reducerOf(calc) ?? reducerOf("lastNotNull");
  const fields = data.series.map((series) => ({ series, ...namedField(panel, series) }));
  const values = fields.map(({ series }) => reducer?.(series.values) ?? null);
  const all = values.filter((value) => value !== null);
  return fields.flatMap(({ series, field, name }, index) => {
    if (field.hidden) return [];
    const value = values[index] ?? null;
    const range = rangeOf(field, all);
    const shown = show(value, field, range);
    return [{ key: `${series.refId} ${name} ${index}`, name, value, shown, field, range, series }];
  });
}
