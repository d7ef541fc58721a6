// Rows of labels and values.

import { useMemo } from "preact/hooks";
import { formatTime } from "../../../format/time";
import { Select } from "../../../ui/field";
import { type Column, Table } from "../../../ui/table";
import { rangeOf, show } from "../model/display";
import type { Cell, TableData } from "../model/frames";
import type { Field, Panel } from "../model/types";
import styles from "./table-panel.module.css";
import { type ShownColumn, shownColumns } from "./values";

export interface TablePanelProps {
  panel: Panel;
  /** One of them is shown: where they belong together, the file merges them. */
  tables: TableData[];
  chosen: number;
  onChoose: (chosen: number) => void;
  title: string;
  height: number;
}

interface Row {
  key: string;
  cells: Cell[];
}

interface CellProps {
  value: Cell;
  field: Field;
  range: { min: number; max: number };
}

function CellView({ value, field, range }: CellProps) {
  const { text, color, isToken } = show(value, field, range);
  if (field.cell === "gauge" && typeof value === "number") {
    const width = range.max - range.min || 1;
    const share = Math.min(Math.max((value - range.min) / width, 0), 1);
    return (
      <span class={styles.gauge}>
        <span class={styles.track} aria-hidden="true">
          <span style={{ width: `${share * 100}%`, background: color ?? "var(--accent)" }} />
        </span>
        <span>{text}</span>
      </span>
    );
  }
  if (!color || field.cell === "auto") {
    const title = typeof value === "string" ? value : undefined;
    return (
      <span class={styles.plain} title={title}>
        {text}
      </span>
    );
  }
  if (field.cell === "color-text" && isToken) return <span style={{ color }}>{text}</span>;
  return (
    <span class={styles.marked} style={{ "--mark": color }}>
      {text}
    </span>
  );
}

function columnOf({ index, kind, header, field }: ShownColumn, rows: Cell[][]): Column<Row> {
  const values = rows.flatMap((row) => {
    const value = row[index];
    return typeof value === "number" ? [value] : [];
  });
  const range = rangeOf(field, values);
  const isNumber = kind === "number";
  return {
    id: `${header}/${index}`,
    header,
    numeric: isNumber && field.cell !== "gauge",
    width: field.width ? `${field.width}px` : undefined,
    // What is missing stands at the end of either order.
    value: (row) => row.cells[index] ?? (isNumber ? Number.NaN : ""),
    cell: (row) => {
      const value = row.cells[index] ?? null;
      if (kind === "time" && typeof value === "number") return formatTime(value);
      if (kind === "time" || (kind === "label" && value === null)) return "";
      return <CellView value={value} field={field} range={range} />;
    },
  };
}

const SELECT = 34;

export function TablePanel({ panel, tables, chosen, onChoose, title, height }: TablePanelProps) {
  const table = tables[chosen] ?? tables[0];
  if (!table) return null;
  if (tables.length === 1) return <One {...{ panel, table, title, height }} />;
  const names = tables.map(({ columns }, index): [string, string] => {
    return [String(index), `Query ${columns[0]?.refId ?? index + 1}`];
  });
  return (
    <>
      <div style={{ height: `${SELECT}px` }}>
        <Select
          label="Table"
          hideLabel
          value={String(chosen)}
          options={names}
          onChange={(value) => onChoose(Number(value))}
        />
      </div>
      <One key={chosen} {...{ panel, table, title }} height={height - SELECT} />
    </>
  );
}

interface OneProps {
  panel: Panel;
  table: TableData;
  title: string;
  height: number;
}

function One({ panel, table, title, height }: OneProps) {
  const { columns, rows, sort } = useMemo(() => {
    const shown = shownColumns(panel, table).map((column) => columnOf(column, table.rows));
    const wanted = panel.options.sortBy[0];
    const sorted = wanted && shown.find(({ header }) => header === wanted.name);
    return {
      columns: shown,
      rows: table.rows.map((cells, index): Row => ({ key: String(index), cells })),
      sort: sorted && { id: sorted.id, descending: wanted.descending },
    };
  }, [panel, table]);
  return (
    <Table
      label={title || "Table"}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.key}
      sort={sort}
      height={height}
    />
  );
}
