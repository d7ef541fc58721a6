// Transformations of tables, by Grafana's names: those that rename, order, join and leave out.

import { parseRegex } from "./field";
import type { Cell, TableColumn, TableData } from "./frames";
import { number, object, objects, text, texts } from "./json";
import type { Transformation } from "./types";

type Options = Record<string, unknown>;

function select(table: TableData, picked: number[]): TableData {
  return {
    columns: picked.map((index) => table.columns[index] as TableColumn),
    rows: table.rows.map((row) => picked.map((index) => row[index] as Cell)),
  };
}

function order(table: TableData, keep: (column: TableColumn) => boolean): number[] {
  return table.columns.flatMap((column, index) => (keep(column) ? [index] : []));
}

/** Leaves out, orders and renames columns. */
function organize(tables: TableData[], options: Options): TableData[] {
  const excluded = object(options.excludeByName);
  const included = object(options.includeByName);
  const hasIncluded = Object.values(included).some((value) => value === true);
  const places = object(options.indexByName);
  const names = object(options.renameByName);
  return tables.map((table) => {
    const kept = order(
      table,
      ({ name }) => excluded[name] !== true && (!hasIncluded || included[name] === true),
    );
    const place = (index: number) => {
      const value = places[(table.columns[index] as TableColumn).name];
      return typeof value === "number" ? value : Number.MAX_SAFE_INTEGER;
    };
    const out = select(
      table,
      [...kept].sort((a, b) => place(a) - place(b)),
    );
    const rename = (name: string) => text(names[name]) || name;
    return { ...out, columns: out.columns.map((one) => ({ ...one, name: rename(one.name) })) };
  });
}

/** Whether two rows say nothing different; then one row can say both. */
function agree(a: Cell[], b: Cell[]): boolean {
  return a.every((cell, index) => cell === null || b[index] === null || cell === b[index]);
}

/** One row for what is the same in the columns that all of the tables have. */
function merge(tables: TableData[]): TableData[] {
  if (tables.length < 2) return tables;
  const columns: TableColumn[] = [];
  for (const table of tables)
    for (const column of table.columns)
      if (!columns.some((known) => known.name === column.name)) columns.push(column);
  const isKey = columns.map(({ name }) =>
    tables.every((table) => table.columns.some((one) => one.name === name)),
  );
  const byKey = new Map<string, Cell[][]>();
  const rows: Cell[][] = [];
  for (const table of tables) {
    const at = columns.map(({ name }) => table.columns.findIndex((one) => one.name === name));
    for (const row of table.rows) {
      const cells = at.map((index) => (index < 0 ? null : (row[index] as Cell)));
      const key = JSON.stringify(cells.filter((_, index) => isKey[index]));
      const alike = byKey.get(key) ?? [];
      const other = alike.find((known) => agree(known, cells));
      if (other) {
        cells.forEach((cell, index) => {
          if (cell !== null) other[index] = cell;
        });
      } else {
        byKey.set(key, [...alike, cells]);
        rows.push(cells);
      }
    }
  }
  return [{ columns: labelsFirst(columns), rows: reorder(columns, rows) }];
}

const RANK = { time: 0, label: 1, number: 2 };

function labelsFirst(columns: TableColumn[]): TableColumn[] {
  return [...columns].sort((a, b) => RANK[a.kind] - RANK[b.kind]);
}

function reorder(columns: TableColumn[], rows: Cell[][]): Cell[][] {
  const places = labelsFirst(columns).map((column) => columns.indexOf(column));
  return rows.map((row) => places.map((index) => row[index] as Cell));
}

/** One row for each value of a field; columns of the same name get a number. */
function join(tables: TableData[], options: Options): TableData[] {
  if (tables.length < 2) return tables;
  const by = text(options.byField, "Time");
  const joined = tables.filter((table) => table.columns.some(({ name }) => name === by));
  if (joined.length === 0) return tables;
  const columns: TableColumn[] = [];
  const rows = new Map<Cell, Cell[]>();
  joined.forEach((table, number) => {
    const key = table.columns.findIndex(({ name }) => name === by);
    if (columns.length === 0) columns.push(table.columns[key] as TableColumn);
    const others = order(table, ({ name }) => name !== by);
    const from = columns.length;
    for (const index of others) {
      const column = table.columns[index] as TableColumn;
      const isTaken = columns.some(({ name }) => name === column.name);
      columns.push(isTaken ? { ...column, name: `${column.name} ${number + 1}` } : column);
    }
    for (const row of table.rows) {
      const value = row[key] as Cell;
      const cells = rows.get(value) ?? [value];
      others.forEach((index, at) => {
        cells[from + at] = row[index] as Cell;
      });
      rows.set(value, cells);
    }
  });
  const isInner = options.mode === "inner";
  const full = [...rows.values()].map((row) => columns.map((_, index) => row[index] ?? null));
  return [{ columns, rows: isInner ? full.filter((row) => !row.includes(null)) : full }];
}

export function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") {
    return Number.isNaN(a) || Number.isNaN(b)
      ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
      : a - b;
  }
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

export function sortRows(table: TableData, by: { name: string; descending: boolean }[]): TableData {
  const keys = by.flatMap(({ name, descending }) => {
    const index = table.columns.findIndex((column) => column.name === name);
    return index < 0 ? [] : [{ index, sign: descending ? -1 : 1 }];
  });
  if (keys.length === 0) return table;
  const rows = [...table.rows].sort((a, b) => {
    for (const { index, sign } of keys) {
      const compared = compareCells(a[index] as Cell, b[index] as Cell) * sign;
      if (compared !== 0) return compared;
    }
    return 0;
  });
  return { ...table, rows };
}

function sortBy(tables: TableData[], options: Options): TableData[] {
  const by = objects(options.sort).map((sort) => ({
    name: text(sort.field),
    descending: sort.desc === true,
  }));
  return tables.map((table) => sortRows(table, by));
}

function filterFields(tables: TableData[], options: Options): TableData[] {
  const test = (wanted: Options): ((name: string) => boolean) | undefined => {
    const names = new Set(texts(wanted.names));
    const pattern = text(wanted.pattern) ? parseRegex(text(wanted.pattern)) : undefined;
    if (names.size === 0 && !pattern) return undefined;
    return (name) => names.has(name) || (pattern?.test(name) ?? false);
  };
  const include = test(object(options.include));
  const exclude = test(object(options.exclude));
  return tables.map((table) =>
    select(
      table,
      order(table, ({ name }) => (include?.(name) ?? true) && !(exclude?.(name) ?? false)),
    ),
  );
}

/** Nothing where it is no number, such as a variable: then all rows stay. */
export function limitOf(options: Options): number | undefined {
  return number(options.limitField ?? 10);
}

function limit(tables: TableData[], options: Options): TableData[] {
  const count = limitOf(options);
  return tables.map((table) => ({ ...table, rows: table.rows.slice(0, count) }));
}

const TRANSFORMATIONS: Record<string, (tables: TableData[], options: Options) => TableData[]> = {
  organize,
  merge,
  joinByField: join,
  seriesToColumns: join,
  sortBy,
  filterFieldsByName: filterFields,
  limit,
};

export const SUPPORTED_TRANSFORMATIONS: readonly string[] = Object.keys(TRANSFORMATIONS);

export function transform(tables: TableData[], list: Transformation[]): TableData[] {
  return list.reduce((out, { id, options }) => TRANSFORMATIONS[id]?.(out, options) ?? out, tables);
}
