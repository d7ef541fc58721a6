// Writers as the page shows them: each role session by itself, or all of a principal or an account
// together.

import type { Writer } from "../../api/types";

export type Grouping = "session" | "principal" | "account";

export interface WriterRow extends Writer {
  key: string;
  sessions: number;
}

/** A writer that has sent nothing for so long is silent. */
export const SILENT_S = 120;

export function writerRows(writers: Writer[], grouping: Grouping): WriterRow[] {
  const rows = new Map<string, WriterRow>();
  for (const writer of writers) {
    const key = keyOf(writer, grouping);
    const row = rows.get(key);
    if (!row) {
      const account = grouping === "principal" ? writer.account : homeOf(writer);
      rows.set(key, { ...writer, ...blank(grouping), account, key, sessions: 1 });
      continue;
    }
    row.sessions++;
    row.samplesPerSecond += writer.samplesPerSecond;
    row.samplesTotal += writer.samplesTotal;
    row.refusedTotal += writer.refusedTotal;
    row.requestsTotal += writer.requestsTotal;
    row.lastWriteAt = Math.max(row.lastWriteAt, writer.lastWriteAt);
  }
  return [...rows.values()].sort((a, b) => b.samplesPerSecond - a.samplesPerSecond);
}

/** The account that the samples come from: of a role's session that of who assumed the role. */
export function homeOf(writer: Writer): string {
  return writer.assumedBy?.split(":")[4] || writer.account;
}

function keyOf(writer: Writer, grouping: Grouping): string {
  if (grouping === "account") return homeOf(writer);
  if (grouping === "principal") return writer.principal;
  const { principal, session = "", assumedBy = "", userAgent = "" } = writer;
  return JSON.stringify([principal, session, assumedBy, userAgent]);
}

// What is not the same for all of a group is not shown.
function blank(grouping: Grouping): Partial<Writer> {
  if (grouping === "session") return {};
  const rest = { session: undefined, assumedBy: undefined, userAgent: undefined };
  return grouping === "account" ? { ...rest, principal: "" } : rest;
}

/** "role/task" of arn:aws:iam::1:role/task; the text itself where it is no ARN. */
export function shortArn(arn: string): string {
  const parts = arn.split(":");
  return parts.length >= 6 ? parts.slice(5).join(":") : arn;
}
