// The newest refusals of requests, for whoever asks why something is missing: who asked, for what,
// and the statement that would have allowed it.

import { useEffect, useMemo, useRef } from "preact/hooks";
import { denials as loadDenials } from "../../api/client";
import type { Denial } from "../../api/types";
import { formatTime } from "../../format/time";
import { useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Facts } from "../../ui/facts";
import { Skeleton } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { useLive } from "../../ui/use-live";
import { sideName } from "../topology/mend";
import { MissingList } from "../topology/missing";
import cells from "./cell.module.css";
import { type DenialRow, denialRows } from "./denial-rows";
import styles from "./denials.module.css";
import { Section } from "./section";
import { shortArn } from "./writer-rows";

const REFRESH_MS = 10_000;
const HEIGHT = 420;

function missingText(denial: Denial): string {
  return denial.missing.map((one) => `${sideName(one.side)} of ${one.holder}`).join("; ");
}

const COLUMNS: Column<DenialRow>[] = [
  {
    id: "at",
    header: "Last",
    value: (row) => row.at,
    cell: (row) => <span class={cells.word}>{formatTime(Math.floor(row.at))}</span>,
    width: "160px",
  },
  {
    id: "times",
    header: "Times",
    numeric: true,
    value: (row) => row.times,
    width: "70px",
  },
  {
    id: "caller",
    header: "Caller",
    value: (row) => row.caller,
    cell: (row) => (
      <span class={cells.text} title={row.caller}>
        {row.caller ? shortArn(row.caller) : "unknown"}
      </span>
    ),
  },
  {
    id: "account",
    header: "Account",
    value: (row) => row.account,
    cell: (row) => <span class={cells.word}>{row.account}</span>,
    width: "130px",
  },
  { id: "action", header: "Action", value: (row) => row.action, width: "170px" },
  {
    id: "resource",
    header: "Resource",
    value: (row) => row.resource,
    cell: (row) => (
      <span class={cells.text} title={row.resource}>
        {shortArn(row.resource)}
      </span>
    ),
  },
  {
    id: "missing",
    header: "Missing in",
    value: missingText,
    cell: (row) => <span class={cells.text}>{missingText(row)}</span>,
  },
];

export function Denials({ workspaceId }: { workspaceId: string }) {
  const address = useAddress();
  const answer = useLive((signal) => loadDenials(signal), REFRESH_MS, []);
  const here = address.params.get("here") === "1";
  const all = answer.data?.denials ?? [];
  const wanted = here ? all.filter((denial) => denial.resource.includes(workspaceId)) : all;
  const rows = useMemo(() => denialRows(wanted), [answer.data, here]);
  // One that was looked at stays, also when a newer one alike stands for it in the table.
  const asked = all.find((denial) => denial.requestId === address.params.get("denial"));
  const chosen = asked && (rows.find((row) => row.requestId === asked.requestId) ?? asked);
  return (
    <Section
      title="Recent denials"
      note="Of this account: as caller, or as owner of what was asked for. The audit log has all."
      actions={
        <Button pressed={here} onClick={() => address.set({ here: here ? null : "1" })}>
          This workspace only
        </Button>
      }
    >
      {answer.error !== undefined && (
        <ErrorNotice
          title="The denials did not load"
          error={answer.error}
          onRetry={answer.reload}
        />
      )}
      {!answer.data && answer.error === undefined && <Skeleton height={HEIGHT} />}
      {answer.data && (
        <Table
          label="Table of denials"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => row.requestId}
          sort={{ id: "at", descending: true }}
          filter
          height={HEIGHT}
          onChoose={(row) => address.set({ denial: row.requestId })}
          chosen={chosen?.requestId}
          empty={
            <Empty title="Nothing was denied since the hub started" height={120}>
              <p>
                What a writer sent and the workspace did not take is under Writers and refusals.
              </p>
            </Empty>
          }
        />
      )}
      {chosen && <Detail denial={chosen} onClose={() => address.set({ denial: null })} />}
    </Section>
  );
}

function Detail({ denial, onClose }: { denial: Denial | DenialRow; onClose: () => void }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: "nearest" }), [denial.requestId]);
  const often = "times" in denial && denial.times > 1;
  const facts: (readonly [string, string])[] = [
    ["Time", formatTime(denial.at)],
    ...(often
      ? [["Before", `${denial.times - 1} alike since ${formatTime(denial.firstAt)}`] as const]
      : []),
    ["Answer", String(denial.status)],
    ["Caller", denial.caller || "nobody was recognised"],
    ["Action", denial.action],
    ["Resource", denial.resource],
    ["From", denial.sourceIp],
    ["Request", denial.requestId],
  ];
  return (
    <section ref={element} class={styles.detail} aria-label="Denial">
      <header class={styles.header}>
        <h3>{denial.action} was denied</h3>
        <Button kind="quiet" label="Close denial" onClick={onClose}>
          ×
        </Button>
      </header>
      <Facts class={styles.facts} facts={facts} />
      {denial.missing.length > 0 ? (
        <MissingList missing={denial.missing} />
      ) : (
        <p class={styles.reason}>{denial.reason}</p>
      )}
    </section>
  );
}
