// Which rows a table shows, in which order: sorting and filtering are table-core's.

import {
  type ColumnDef,
  createTable,
  getCoreRowModel,
  getFilteredRowModel,
  getSortedRowModel,
} from "@tanstack/table-core";

export interface Sort {
  id: string;
  descending?: boolean;
}

export interface ValueColumn<Row> {
  id: string;
  value: (row: Row) => string | number;
  numeric?: boolean;
}

function definition<Row>({ id, value, numeric }: ValueColumn<Row>): ColumnDef<Row> {
  return {
    id,
    // What is no number stands below all that are, whichever way they are sorted.
    accessorFn: (row) => {
      const found = value(row);
      return typeof found === "number" && Number.isNaN(found) ? undefined : found;
    },
    sortUndefined: "last",
    sortingFn: numeric ? "basic" : "alphanumeric",
  };
}

export function arrange<Row>(
  columns: ValueColumn<Row>[],
  rows: Row[],
  sort: Sort | undefined,
  text: string,
): Row[] {
  const table = createTable<Row>({
    data: rows,
    columns: columns.map(definition),
    state: {},
    onStateChange: () => {},
    renderFallbackValue: null,
    globalFilterFn: "includesString",
    getColumnCanGlobalFilter: () => true,
    getCoreRowModel: getCoreRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const sorting = sort ? [{ id: sort.id, desc: Boolean(sort.descending) }] : [];
  const state = { ...table.initialState, sorting, globalFilter: text.trim() || undefined };
  table.setOptions((options) => ({ ...options, state }));
  return table.getRowModel().rows.map((row) => row.original);
}

/** After a click on a column's header: numbers from the highest, then the other way. */
export function nextSort<Row>(now: Sort | undefined, column: ValueColumn<Row>): Sort {
  const first = Boolean(column.numeric);
  if (now?.id !== column.id) return { id: column.id, descending: first };
  return { id: column.id, descending: !now.descending };
}

export interface Window {
  /** Of the first row to draw, and after the last. */
  from: number;
  to: number;
}

/** The rows in sight and some around them. */
export function windowOf(
  view: { scrollTop: number; height: number; rowHeight: number },
  count: number,
): Window {
  const around = 10;
  const first = Math.floor(view.scrollTop / view.rowHeight) - around;
  const shown = Math.ceil(view.height / view.rowHeight) + 2 * around;
  const from = Math.max(Math.min(first, count - shown), 0);
  return { from, to: Math.min(from + shown, count) };
}
