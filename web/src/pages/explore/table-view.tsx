// The answers at one instant, a table for each query.

import { useMemo } from "preact/hooks";
import { formatLabels } from "../../format/labels";
import { formatTime } from "../../format/time";
import { Empty } from "../../ui/empty";
import { type Column, Table } from "../../ui/table";
import styles from "./page.module.css";
import type { Answer, Outcome } from "./queries";
import { type Row, toRows } from "./results";

// With more labels than this a row is one text: so many columns fit nowhere.
const COLUMNS_MAX = 10;

export function columnsOf(labelNames: string[]): Column<Row>[] {
  const labels: Column<Row>[] =
    labelNames.length > COLUMNS_MAX
      ? [{ id: "series", header: "Series", value: (row) => formatLabels(row.labels) }]
      : labelNames.map((name) => ({
          id: `label ${name}`,
          header: name === "__name__" ? "Metric" : name,
          value: (row) => row.labels[name] ?? "",
        }));
  const value: Column<Row> = {
    id: "value",
    header: "Value",
    numeric: true,
    // Of a histogram its text; NaN is a number here, below all others.
    value: (row) => (Number.isNaN(row.number) && row.value !== "NaN" ? row.value : row.number),
    cell: (row) => <span class={styles.value}>{row.value}</span>,
  };
  return [...labels, value];
}

function OutcomeTable({ outcome, time }: { outcome: Outcome; time: number }) {
  const { rows, labelNames } = useMemo(() => toRows(outcome), [outcome]);
  const columns = useMemo(() => columnsOf(labelNames), [labelNames]);
  return (
    <section class={styles.table} aria-label={`Query ${outcome.asked.letter}`}>
      <h2>
        {outcome.asked.letter} <code>{outcome.asked.expression}</code>
      </h2>
      {rows.length === 0 ? (
        <Empty title={`Nothing at ${formatTime(time)}`}>
          <p>
            No series has a sample in the five minutes before. The graph shows when there was one.
          </p>
        </Empty>
      ) : (
        <Table
          label={`Answer of query ${outcome.asked.letter}`}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.key}
          filter={rows.length > 10}
          height={460}
        />
      )}
    </section>
  );
}

export function TableView({ answer }: { answer: Answer }) {
  const { moment } = answer;
  if (moment.kind !== "instant") return null;
  return (
    <>
      <p class={styles.muted}>At {formatTime(moment.time)}, the end of the time range.</p>
      {answer.outcomes.map((outcome) =>
        outcome.data ? (
          <OutcomeTable key={outcome.asked.letter} outcome={outcome} time={moment.time} />
        ) : null,
      )}
    </>
  );
}
