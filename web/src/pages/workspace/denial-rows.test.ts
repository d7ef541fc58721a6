import { expect, test } from "vitest";
import type { Denial } from "../../api/types";
import { denialRows } from "./denial-rows";

function denial(at: number, rest: Partial<Denial> = {}): Denial {
  return {
    at,
    requestId: `request-${at}`,
    status: 403,
    caller: "arn:aws:sts::1:assumed-role/task/a",
    account: "1",
    action: "sts:AssumeRole",
    resource: "arn:aws:iam::2:role/central",
    sourceIp: "10.0.0.1",
    reason: "no",
    missing: [],
    ...rest,
  };
}

test("shows what is refused again and again once, by its newest", () => {
  const rows = denialRows([denial(30), denial(20, { action: "aps:RemoteWrite" }), denial(10)]);

  expect(rows.map((row) => [row.requestId, row.times, row.firstAt])).toEqual([
    ["request-30", 2, 10],
    ["request-20", 1, 20],
  ]);
});

test("tells unknown callers apart by where they call from", () => {
  const rows = denialRows([
    denial(2, { caller: "", sourceIp: "10.0.0.1" }),
    denial(1, { caller: "", sourceIp: "10.0.0.2" }),
  ]);

  expect(rows).toHaveLength(2);
});
