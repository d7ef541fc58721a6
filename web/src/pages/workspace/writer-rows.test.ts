import { expect, test } from "vitest";
import type { Writer } from "../../api/types";
import { homeOf, shortArn, writerRows } from "./writer-rows";

function writer(principal: string, session: string, samplesPerSecond: number): Writer {
  return {
    account: principal.split(":")[4] ?? "",
    principal,
    session,
    samplesPerSecond,
    samplesTotal: 100,
    refusedTotal: 1,
    requestsTotal: 10,
    lastWriteAt: samplesPerSecond,
  };
}

const WRITERS = [
  writer("arn:aws:iam::1:role/a", "task-1", 5),
  writer("arn:aws:iam::1:role/a", "task-2", 7),
  writer("arn:aws:iam::1:role/b", "task-3", 9),
];

test("shows each session, the fastest first", () => {
  expect(writerRows(WRITERS, "session").map((row) => row.session)).toEqual([
    "task-3",
    "task-2",
    "task-1",
  ]);
});

test("adds up what a principal and an account write", () => {
  const [first] = writerRows(WRITERS, "principal");

  expect(first).toMatchObject({
    samplesPerSecond: 12,
    sessions: 2,
    lastWriteAt: 7,
    refusedTotal: 2,
  });
  expect(first?.session).toBeUndefined();
  expect(writerRows(WRITERS, "account")).toMatchObject([{ samplesPerSecond: 21, sessions: 3 }]);
});

test("counts what a role's session writes to the account that assumed the role", () => {
  const central = writer("arn:aws:iam::2:role/central", "collector", 5);
  const assumed = { ...central, assumedBy: "arn:aws:sts::1:assumed-role/task/0123" };

  expect(homeOf(central)).toBe("2");
  expect(writerRows([assumed, ...WRITERS], "account")).toMatchObject([
    { account: "1", samplesPerSecond: 26 },
  ]);
  expect(writerRows([assumed], "principal")).toMatchObject([{ account: "2" }]);
});

test("names a principal by the end of its ARN", () => {
  expect(shortArn("arn:aws:iam::1:role/path/a")).toBe("role/path/a");
  expect(shortArn("ecs-tasks.amazonaws.com")).toBe("ecs-tasks.amazonaws.com");
});
