// Which rows a table shows, in which order. A library's table (table-core) would be 15 KB of the
// bundle's 300 for these three functions.

export interface Sort {
  id: string;
  descending?: boolean;
}

export interface ValueColumn<Row> {
  id: string;
  value: (row: Row) => string | number;
  numeric?: boolean;
}

// As people count: task-9 before task-10.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number"
    ? a - b
    : collator.compare(String(a), String(b));
}

function sorted<Row>(rows: Row[], column: ValueColumn<Row>, descending: boolean): Row[] {
  const keyed = rows.map((row) => ({ row, value: column.value(row) }));
  keyed.sort((a, b) => {
    // What is no number stands below all that are, whichever way they are sorted.
    const nothing = Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return nothing || (descending ? compare(b.value, a.value) : compare(a.value, b.value));
  });
  return keyed.map(({ row }) => row);
}

export function arrange<Row>(
  columns: ValueColumn<Row>[],
  rows: Row[],
  sort: Sort | undefined,
  text: string,
): Row[] {
  const wanted = text.trim().toLowerCase();
  const has = (row: Row) =>
    columns.some((column) => String(column.value(row)).toLowerCase().includes(wanted));
  const found = wanted ? rows.filter(has) : rows;
  const column = columns.find(({ id }) => id === sort?.id);
  return column ? sorted(found, column, Boolean(sort?.descending)) : found;
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
