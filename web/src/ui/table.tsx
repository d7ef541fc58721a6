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
import { useMemo, useRef, useState } from "preact/hooks";
import { Field } from "./field";
import styles from "./table.module.css";
import { arrange, nextSort, type Sort, type ValueColumn, windowOf } from "./table-rows";

export interface Column<Row> extends ValueColumn<Row> {
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
  sort?: Sort;
  /** Shows a field that filters by text in any column. */
  filter?: boolean;
  /** Pixels that rows may take before they scroll; 400 where absent. */
  height?: number;
  /** Pixels below which it scrolls; rows are of one line, and what is too long in them is cut. */
  minWidth?: number;
  /** Shown where there is no row. */
  empty?: ComponentChildren;
  /** Rows can be chosen by click and Enter. */
  onChoose?: (row: Row) => void;
  /** The key of the row that is. */
  chosen?: string;
}

const ROW_HEIGHT = 28;
const HEIGHT = 400;
/** With more rows than this only those in sight are drawn: all in one line, of the same height. */
const VIRTUAL_FROM = 200;

export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, height = HEIGHT } = props;
  const [sort, setSort] = useState(props.sort);
  const [text, setText] = useState("");
  const shown = useMemo(
    () => arrange(columns, rows, sort, props.filter ? text : ""),
    [columns, rows, sort, text],
  );
  return (
    <div class={styles.root}>
      {props.filter && (
        <div class={styles.bar}>
          <Field
            label={`Filter ${label}`}
            hideLabel
            type="search"
            placeholder="Filter"
            value={text}
            onInput={setText}
          />
          <span class={styles.count} aria-live="polite">
            {text.trim() ? `${shown.length} of ${rows.length}` : rows.length}
          </span>
        </div>
      )}
      {rows.length === 0 ? (
        <div class={styles.nothing}>{props.empty ?? "Nothing here."}</div>
      ) : (
        <Scrolled {...props} rows={shown} height={height} sort={sort} setSort={setSort} />
      )}
    </div>
  );
}

interface ScrolledProps<Row> extends TableProps<Row> {
  height: number;
  setSort: (sort: Sort) => void;
}

function Scrolled<Row>(props: ScrolledProps<Row>) {
  const { label, columns, rows, rowKey, height, minWidth, sort, setSort } = props;
  const [scrollTop, setScrollTop] = useState(0);
  const frame = useRef(0);
  const virtual = rows.length > VIRTUAL_FROM;
  const oneLine = virtual || minWidth !== undefined;
  const view = { scrollTop, height, rowHeight: ROW_HEIGHT };
  const { from, to } = virtual ? windowOf(view, rows.length) : { from: 0, to: rows.length };
  const onScroll = (event: Event) => {
    if (!virtual) return;
    const { scrollTop: top } = event.currentTarget as HTMLElement;
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => setScrollTop(top));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fieldset, and no landmark beside the page's.
    <div
      role="group"
      class={styles.scroll}
      style={{ maxHeight: `${height}px` }}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the keyboard.
      tabIndex={0}
      onScroll={onScroll}
    >
      <table
        class={oneLine ? `${styles.table} ${styles.oneLine}` : styles.table}
        style={minWidth ? { minWidth: `${minWidth}px` } : undefined}
        aria-rowcount={virtual ? rows.length + 1 : undefined}
      >
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={sort} setSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={from * ROW_HEIGHT} columns={columns.length} />
          {rows.slice(from, to).map((row, index) => (
            <RowOf
              key={rowKey(row)}
              {...props}
              row={row}
              oneLine={oneLine}
              rowIndex={virtual ? from + index + 2 : undefined}
            />
          ))}
          <Spacer height={(rows.length - to) * ROW_HEIGHT} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** In the place of the rows that are not drawn. */
function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row is not focusable.
    <tr aria-hidden="true">
      <td class={styles.spacer} colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: Sort | undefined;
  setSort: (sort: Sort) => void;
}

function Heading<Row>({ column, sort, setSort }: HeadingProps<Row>) {
  const order = sort?.id !== column.id ? "none" : sort.descending ? "descending" : "ascending";
  const sortable = column.sortable !== false;
  return (
    <th
      scope="col"
      class={column.numeric ? styles.numeric : undefined}
      style={column.width ? { width: column.width } : undefined}
      aria-sort={sortable ? order : undefined}
    >
      {sortable ? (
        <button type="button" class={styles.sort} onClick={() => setSort(nextSort(sort, column))}>
          {column.header}
          <span aria-hidden="true" class={styles.arrow}>
            {order === "none" ? "" : order === "descending" ? "▾" : "▴"}
          </span>
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

interface RowProps<Row> extends TableProps<Row> {
  row: Row;
  oneLine: boolean;
  /** The heading's is 1; given where not all rows are drawn. */
  rowIndex: number | undefined;
}

function RowOf<Row>(props: RowProps<Row>) {
  const { row, columns, rowKey, onChoose, chosen, oneLine, rowIndex } = props;
  const isChosen = chosen !== undefined && rowKey(row) === chosen;
  const classes = [onChoose && styles.choosable, isChosen && styles.chosen].filter(Boolean);
  return (
    // The first cell has a button for the keyboard.
    <tr
      class={classes.join(" ") || undefined}
      aria-rowindex={rowIndex}
      onClick={onChoose && (() => onChoose(row))}
    >
      {columns.map((column, index) => {
        const content = column.cell ? column.cell(row) : shownAs(column.value(row));
        const classes = column.numeric ? styles.numeric : undefined;
        const title = oneLine ? String(column.value(row)) : undefined;
        return (
          <td key={column.id} class={classes} title={title}>
            {onChoose && index === 0 ? (
              <button type="button" class={styles.choose} aria-current={isChosen}>
                {content}
              </button>
            ) : (
              content
            )}
          </td>
        );
      })}
    </tr>
  );
}

function shownAs(value: string | number): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : value;
}
