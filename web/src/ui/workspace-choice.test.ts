import { expect, it } from "vitest";
import { pick, workspaceOfArn } from "./workspace-choice";

const workspace = (id: string) => ({
  ...(workspaceOfArn(`arn:aws:aps:eu-west-1:222222222222:workspace/${id}`) as object),
  alias: id,
});
const [one, two] = [workspace("ws-1"), workspace("ws-2")] as never[];
const list = [one, two] as never[];

it("opens what is asked for, by id or ARN, and nothing else in its place", () => {
  expect(pick(list, "ws-2", "ws-1")).toBe(two);
  expect(pick(list, "arn:aws:aps:eu-west-1:222222222222:workspace/ws-2", null)).toBe(two);
  expect(pick(list, "ws-3", "ws-1")).toBeUndefined();
  expect(pick([], "arn:aws:aps:us-east-1:222222222222:workspace/ws-3", null)?.workspaceId).toBe(
    "ws-3",
  );
});

it("goes on with the last one, or begins with the first", () => {
  expect(pick(list, null, "ws-2")).toBe(two);
  expect(pick(list, null, "ws-9")).toBe(one);
  expect(pick([], null, "ws-9")).toBeUndefined();
});

it("takes no other ARN", () => {
  expect(workspaceOfArn("arn:aws:iam::222222222222:role/R")).toBeUndefined();
  expect(workspaceOfArn("ws-1")).toBeUndefined();
});
