// Denials as the page shows them: what is refused again and again is one row.

import type { Denial } from "../../api/types";

export interface DenialRow extends Denial {
  /** How many are alike; `at` and the rest are those of the newest. */
  times: number;
  firstAt: number;
}

/** The newest first. Alike are those of one caller for the same, with the same answer. */
export function denialRows(denials: Denial[]): DenialRow[] {
  const rows = new Map<string, DenialRow>();
  for (const denial of denials) {
    const key = JSON.stringify([
      denial.caller || denial.sourceIp,
      denial.action,
      denial.resource,
      denial.status,
      denial.reason,
    ]);
    const row = rows.get(key);
    if (!row) rows.set(key, { ...denial, times: 1, firstAt: denial.at });
    else {
      const newest = denial.at > row.at ? denial : row;
      const { times, firstAt } = row;
      rows.set(key, { ...newest, times: times + 1, firstAt: Math.min(firstAt, denial.at) });
    }
  }
  return [...rows.values()].sort((a, b) => b.at - a.at);
}
