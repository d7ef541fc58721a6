// A table that sorts, filters, and draws only the rows in sight where there are many.
//
//   const columns: Column<Writer>[] = [
//     { id: "account", header: "Account", value: (row) => row.account },
//     { id: "rate", header: "Samples/s", numeric: true, value: (row) => row.samplesPerSecond,
//       cell: (row) => formatValue(row.samplesPerSecond) },
//   ];
//   <Table label="Writers" columns={columns} rows={writers} rowKey={(row) => row.principal}
//     sort={{ id: "rate", descending: true }} filter height={320} />

import type { ComponentChildren } from "preact";
import styles from "./table.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  /** What is sorted, filtered and, without `cell`, shown. */
  value: (row: Row) => string | number;
  cell?: (row: Row) => ComponentChildren;
  /** Right-aligned; the first click sorts the highest first. */
  numeric?: boolean;
  /** CSS length; without one the column takes what is left. */
  width?: string;
  /** false: its header does not sort. */
  sortable?: boolean;
}

export interface TableProps<Row> {
  /** For screen readers, and the filter's name. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  sort?: { id: string; descending?: boolean };
  /** Shows a field that filters by text in any column. */
  filter?: boolean;
  /** Pixels that rows may take before they scroll; 400 where absent. */
  height?: number;
  /** Shown where there is no row. */
  empty?: ComponentChildren;
  /** Rows can be chosen by click and Enter. */
  onChoose?: (row: Row) => void;
  chosen?: string;
}

export function Table<Row>({ label, columns, rows, rowKey, empty, onChoose }: TableProps<Row>) {
  if (rows.length === 0) return <>{empty ?? "Nothing here."}</>;
  return (
    <table class={styles.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.id} scope="col">
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} onClick={onChoose && (() => onChoose(row))}>
            {columns.map((column) => (
              <td key={column.id} class={column.numeric ? styles.numeric : undefined}>
                {column.cell ? column.cell(row) : column.value(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
