// Who writes here, how fast, and since when no more.

import { hubNow } from "../../api/clock";
import type { Activity } from "../../api/types";
import { formatTime } from "../../format/time";
import { formatValue } from "../../format/units";
import { linkTo, useAddress } from "../../ui/address";
import { CopyButton } from "../../ui/copy-button";
import { Empty } from "../../ui/empty";
import { Select } from "../../ui/field";
import { nameOf } from "../../ui/header/identity";
import { type Column, Table } from "../../ui/table";
import { ageText, rateText } from "../topology/words";
import { Bar } from "./bar";
import { Section } from "./section";
import { type Grouping, SILENT_S, type WriterRow, writerRows } from "./writer-rows";
import styles from "./writers.module.css";

const GROUPINGS = [
  ["session", "Role session"],
  ["principal", "Role or user"],
  ["account", "Account"],
] as const satisfies (readonly [Grouping, string])[];

export function Writers({ activity, workspaceId }: { activity: Activity; workspaceId: string }) {
  const endpoint = `${location.origin}/workspaces/${workspaceId}/api/v1/remote_write`;
  const address = useAddress();
  const asked = address.params.get("writers");
  const grouping: Grouping = GROUPINGS.find(([id]) => id === asked)?.[0] ?? "session";
  const rows = writerRows(activity.writers, grouping);
  const since = formatTime(Math.round(activity.since));
  const total = rows.reduce((sum, row) => sum + row.samplesPerSecond, 0);
  return (
    <Section
      title="Writers"
      note={`Rates of the last minute; totals since the hub started, ${since}.`}
      actions={
        <Select
          label="By"
          value={grouping}
          options={[...GROUPINGS]}
          onChange={(next) => address.set({ writers: next === "session" ? null : next })}
        />
      }
    >
      <Table
        label="Table of writers"
        columns={columnsOf(grouping, total)}
        rows={rows}
        rowKey={(row) => row.key}
        sort={{ id: "rate", descending: true }}
        filter
        height={420}
        minWidth={grouping === "session" ? 1100 : 800}
        empty={
          <Empty title="Nobody has written here since the hub started" height={120}>
            <p>Point a collector's remote write here:</p>
            <p>
              <code>{endpoint}</code> <CopyButton kind="quiet" text={endpoint} label="Copy URL" />
            </p>
            <a href={linkTo("/console/topology")}>Who may write, and what is missing</a>
          </Empty>
        }
      />
    </Section>
  );
}

function columnsOf(grouping: Grouping, total: number): Column<WriterRow>[] {
  const now = hubNow() / 1000;
  const number = (id: string, header: string, value: (row: WriterRow) => number) => ({
    id,
    header,
    numeric: true,
    value,
    cell: (row: WriterRow) => formatValue(value(row), "short"),
    width: "85px",
  });
  const account: Column<WriterRow> = {
    id: "account",
    header: "Account",
    value: (row) => row.account,
    width: "130px",
  };
  const principal: Column<WriterRow> = {
    id: "principal",
    header: "Role or user",
    value: (row) => row.principal,
    cell: (row) => nameOf(row.principal),
  };
  const session: Column<WriterRow>[] = [
    { id: "session", header: "Session", value: (row) => row.session ?? "" },
    {
      id: "assumed-by",
      header: "Assumed by",
      value: (row) => row.assumedBy ?? "",
      cell: (row) => (row.assumedBy ? nameOf(row.assumedBy) : ""),
    },
    { id: "agent", header: "Program", value: (row) => row.userAgent ?? "", width: "180px" },
  ];
  const share: Column<WriterRow> = {
    id: "share",
    header: "Share",
    numeric: true,
    value: (row) => row.samplesPerSecond,
    cell: (row) => <Bar share={total > 0 ? row.samplesPerSecond / total : 0} />,
    width: "150px",
  };
  const one = grouping === "session";
  return [
    account,
    ...(grouping === "account" ? [] : [principal]),
    ...(one ? session : [number("sessions", "Sessions", (row) => row.sessions)]),
    {
      id: "rate",
      header: "Samples",
      numeric: true,
      value: (row) => row.samplesPerSecond,
      cell: (row) => rateText(row.samplesPerSecond),
      width: "90px",
    },
    ...(one ? [] : [share]),
    number("total", "Total", (row) => row.samplesTotal),
    {
      ...number("refused", "Refused", (row) => row.refusedTotal),
      cell: (row) => (
        <span class={row.refusedTotal > 0 ? styles.bad : undefined}>
          {formatValue(row.refusedTotal, "short")}
        </span>
      ),
    },
    number("requests", "Requests", (row) => row.requestsTotal),
    {
      id: "last",
      header: "Last write",
      numeric: true,
      value: (row) => row.lastWriteAt,
      cell: (row) => <LastWrite at={row.lastWriteAt} now={now} />,
      width: "130px",
    },
  ];
}

function LastWrite({ at, now }: { at: number; now: number }) {
  const silent = now - at > SILENT_S;
  return (
    <span class={silent ? styles.silent : undefined} title={formatTime(at)}>
      {silent ? "silent for " : ""}
      {ageText(now - at)}
      {silent ? "" : " ago"}
    </span>
  );
}
