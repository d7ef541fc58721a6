// The legend of a graph. Each series has two buttons: its colour hides it, its name shows it
// alone. As a table it has the figures, sorts by them, and draws only the rows in sight.

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatValue } from "../format/units";
import { windowOf } from "../ui/table-rows";
import type { Series } from "./chart";
import styles from "./legend.module.css";
import { type Summary, summarize } from "./prepare";

export interface LegendProps {
  series: Series[];
  colors: string[];
  visible: boolean[];
  unit?: string;
  decimals?: number;
  onToggle: (index: number) => void;
  onSolo: (index: number) => void;
  onShowAll: () => void;
  /** The pointer is on a series, or on none. */
  onPoint: (index: number | undefined) => void;
}

// A list shows so many until somebody asks for all of them.
const LISTED = 60;
const ROW_HEIGHT = 24;
// Of the box, on the tallest of windows.
const HEIGHT_MAX = 1440;

function Entry({ index, ...props }: LegendProps & { index: number }) {
  const series = props.series[index] as Series;
  const shown = props.visible[index] as boolean;
  const name = series.name || "(no labels)";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: points at what the buttons within are of.
    <span
      class={shown ? styles.entry : `${styles.entry} ${styles.off}`}
      onMouseEnter={() => props.onPoint(index)}
      onMouseLeave={() => props.onPoint(undefined)}
    >
      <button
        type="button"
        class={styles.swatch}
        aria-pressed={shown}
        aria-label={`Show ${name}`}
        title={shown ? "Hide" : "Show"}
        onClick={() => props.onToggle(index)}
      >
        <span style={{ background: props.colors[index] }} />
      </button>
      <button
        type="button"
        class={styles.name}
        title={`${name}\nClick: this one alone. Ctrl or Shift: hide or show it.`}
        onClick={(event) =>
          event.ctrlKey || event.metaKey || event.shiftKey
            ? props.onToggle(index)
            : props.onSolo(index)
        }
      >
        {name}
      </button>
    </span>
  );
}

function ShowAll(props: LegendProps) {
  const hidden = props.visible.filter((shown) => !shown).length;
  if (hidden === 0) return null;
  return (
    <button type="button" class={styles.action} onClick={props.onShowAll}>
      Show all ({hidden} hidden)
    </button>
  );
}

export function LegendList(props: LegendProps) {
  const [all, setAll] = useState(false);
  const count = all ? props.series.length : Math.min(props.series.length, LISTED);
  return (
    <ul class={styles.list} aria-label="Series">
      {props.series.slice(0, count).map((series, index) => (
        <li key={series.name + index}>
          <Entry {...props} index={index} />
        </li>
      ))}
      {count < props.series.length && (
        <li>
          <button type="button" class={styles.action} onClick={() => setAll(true)}>
            {props.series.length - count} more
          </button>
        </li>
      )}
      <li>
        <ShowAll {...props} />
      </li>
    </ul>
  );
}

type Column = "name" | keyof Summary;
const COLUMNS: [Column, string][] = [
  ["name", "Series"],
  ["last", "Last"],
  ["min", "Min"],
  ["max", "Max"],
  ["mean", "Mean"],
];

interface Sort {
  column: Column;
  descending: boolean;
}

type Summaries = (index: number) => Summary;

/** Made when they are needed: of a thousand series few are in sight. */
function summariesOf(series: Series[]): Summaries {
  const made: Summary[] = [];
  return (index) => {
    made[index] ??= summarize((series[index] as Series).values);
    return made[index];
  };
}

function order(series: Series[], summaries: Summaries, sort: Sort | undefined): number[] {
  const indices = series.map((_, index) => index);
  if (!sort) return indices;
  const sign = sort.descending ? -1 : 1;
  const { column } = sort;
  if (column === "name") {
    const name = (i: number) => (series[i] as Series).name;
    return indices.sort(
      (a, b) => sign * name(a).localeCompare(name(b), undefined, { numeric: true }),
    );
  }
  const value = (i: number) => {
    const number = summaries(i)[column] ?? Number.NaN;
    return Number.isNaN(number) ? undefined : number;
  };
  return indices.sort((i, j) => {
    const [a, b] = [value(i), value(j)];
    // What has no value stands last in both directions.
    if (a === undefined || b === undefined)
      return Number(a === undefined) - Number(b === undefined);
    return a === b ? i - j : sign * (a < b ? -1 : 1);
  });
}

interface HeaderProps {
  sort: Sort | undefined;
  onSort: (column: Column) => void;
  /** Beside the first column's name. */
  children: ComponentChildren;
}

function Header({ sort, onSort, children }: HeaderProps) {
  return (
    <tr>
      {COLUMNS.map(([column, label]) => {
        const sorted = sort?.column === column ? sort : undefined;
        const direction = sorted?.descending ? "descending" : "ascending";
        return (
          <th key={column} scope="col" aria-sort={sorted ? direction : "none"}>
            <button type="button" onClick={() => onSort(column)}>
              {label}
              <span aria-hidden="true">{sorted ? (sorted.descending ? " ↓" : " ↑") : ""}</span>
            </button>
            {column === "name" && children}
          </th>
        );
      })}
    </tr>
  );
}

export function LegendTable(props: LegendProps) {
  const [sort, setSort] = useState<Sort>();
  const [top, setTop] = useState(0);
  const summaries = useMemo(() => summariesOf(props.series), [props.series]);
  const rows = useMemo(() => order(props.series, summaries, sort), [props.series, sort]);
  const view = { scrollTop: top, height: HEIGHT_MAX, rowHeight: ROW_HEIGHT };
  const { from: first, to } = windowOf(view, rows.length);
  const shown = rows.slice(first, to);
  const after = rows.length - to;
  const sortBy = (column: Column) =>
    setSort((now) => {
      const initial = column !== "name";
      if (now?.column !== column) return { column, descending: initial };
      return now.descending === initial ? { column, descending: !initial } : undefined;
    });
  const figure = (value: number | null) =>
    value === null ? "–" : formatValue(value, props.unit, props.decimals);
  return (
    <section
      class={styles.scroll}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard.
      tabIndex={0}
      aria-label="Legend"
    >
      <table class={styles.table} aria-rowcount={rows.length + 1}>
        <thead>
          <Header sort={sort} onSort={sortBy}>
            <ShowAll {...props} />
          </Header>
        </thead>
        <tbody>
          {first > 0 && <tr style={{ height: `${first * ROW_HEIGHT}px` }} />}
          {shown.map((index, at) => {
            const summary = summaries(index);
            return (
              <tr key={index} aria-rowindex={first + at + 2}>
                <td>
                  <Entry {...props} index={index} />
                </td>
                <td>{figure(summary.last)}</td>
                <td>{figure(summary.min)}</td>
                <td>{figure(summary.max)}</td>
                <td>{figure(summary.mean)}</td>
              </tr>
            );
          })}
          {after > 0 && <tr style={{ height: `${after * ROW_HEIGHT}px` }} />}
        </tbody>
      </table>
    </section>
  );
}
