// What the workspace may take and hold, and how much of that it does.

import type { Activity, TsdbStatus } from "../../api/types";
import { type Column, Table } from "../../ui/table";
import { Bar } from "./bar";
import cells from "./cell.module.css";
import { type LimitRow, limitRows } from "./limits";
import { Section } from "./section";

const COLUMNS: Column<LimitRow>[] = [
  {
    id: "name",
    header: "Limit",
    value: (row) => row.name,
    cell: (row) => <code class={cells.word}>{row.name}</code>,
    width: "200px",
  },
  {
    id: "what",
    header: "Of",
    value: (row) => row.what,
    cell: (row) => <span class={cells.text}>{row.what}</span>,
  },
  {
    id: "used",
    header: "Used",
    numeric: true,
    value: (row) => row.used ?? -1,
    cell: (row) => row.usedText,
    width: "110px",
  },
  {
    id: "limit",
    header: "At most",
    numeric: true,
    value: (row) => row.limit,
    cell: (row) => row.limitText,
    width: "130px",
  },
  {
    id: "share",
    header: "Share",
    numeric: true,
    value: (row) => row.share ?? -1,
    cell: (row) => (row.share === undefined ? "" : <Bar share={row.share} limit />),
    width: "180px",
  },
];

export function Limits({ activity, tsdb }: { activity: Activity; tsdb: TsdbStatus | undefined }) {
  return (
    <Section
      title="Series and rates against limits"
      note="The hub's operator sets limits by serve --limits; the retention is also the owner's."
    >
      <Table
        label="Table of limits"
        columns={COLUMNS}
        rows={limitRows(activity, tsdb)}
        rowKey={(row) => row.name}
        height={660}
      />
    </Section>
  );
}
