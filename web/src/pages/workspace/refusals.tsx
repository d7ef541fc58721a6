// What was refused since the hub started: why, how much, an example, and what helps.

import { hubNow } from "../../api/clock";
import type { Refusal } from "../../api/types";
import { formatTime } from "../../format/time";
import { Empty } from "../../ui/empty";
import { type Column, Table } from "../../ui/table";
import { ageText } from "../topology/words";
import { adviceFor } from "./advice";
import cells from "./cell.module.css";
import styles from "./refusals.module.css";
import { Section } from "./section";
import { shortArn } from "./writer-rows";

const COLUMNS: Column<Refusal>[] = [
  {
    id: "reason",
    header: "Reason",
    value: (row) => row.reason,
    cell: (row) => <span class={cells.text}>{row.reason}</span>,
    width: "170px",
  },
  {
    id: "total",
    header: "Samples",
    numeric: true,
    value: (row) => row.total,
    cell: (row) => row.total.toLocaleString("en"),
    width: "90px",
  },
  {
    id: "last",
    header: "Last",
    numeric: true,
    value: (row) => row.lastAt,
    cell: (row) => (
      <span title={formatTime(row.lastAt)}>{ageText(hubNow() / 1000 - row.lastAt)} ago</span>
    ),
    width: "90px",
  },
  {
    id: "writer",
    header: "Writer",
    value: (row) => row.writer,
    cell: (row) => (
      <span class={cells.text} title={row.writer}>
        {shortArn(row.writer)}
      </span>
    ),
    width: "220px",
  },
  {
    id: "example",
    header: "Example, and what helps",
    value: (row) => row.example,
    cell: (row) => (
      <div class={styles.example}>
        <code>{row.example}</code>
        <span class={styles.advice}>{adviceFor(row.reason)}</span>
      </div>
    ),
  },
];

export function Refusals({ refusals }: { refusals: Refusal[] }) {
  return (
    <Section title="Refused samples">
      <Table
        label="Table of refusals"
        columns={COLUMNS}
        rows={refusals}
        rowKey={(row) => row.reason}
        sort={{ id: "last", descending: true }}
        height={420}
        empty={<Empty title="Nothing was refused since the hub started" height={80} />}
      />
    </Section>
  );
}
