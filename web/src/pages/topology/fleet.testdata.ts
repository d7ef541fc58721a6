// A topology for tests: workload accounts whose tasks write to one central workspace.

import type { Topology, TopologyEdge, TopologyNode } from "../../api/types";

export const CENTRAL = "222222222222";
export const WORKSPACE = `arn:aws:aps:eu-west-1:${CENTRAL}:workspace/ws-1`;
export const WRITER = `arn:aws:iam::${CENTRAL}:role/writer`;

export function role(account: string, name: string): TopologyNode {
  return { id: `arn:aws:iam::${account}:role/${name}`, kind: "role", account, name };
}

export function edge(from: string, to: string, rest: Partial<TopologyEdge> = {}): TopologyEdge {
  return {
    id: `${from} ${to}`,
    kind: "assume",
    from,
    to,
    state: "allowed",
    action: "sts:AssumeRole",
    missing: [],
    documents: [],
    ...rest,
  };
}

/** So many workload accounts with a task role, and a central one with writer and workspace. */
export function fleet(size: number, broken: string[] = []): Topology {
  const ids = Array.from({ length: size }, (_, i) => String(300_000_000_000 + i));
  const tasks = ids.map((id) => role(id, "task"));
  return {
    generatedAt: 0,
    accounts: [...ids, CENTRAL].map((id) => ({
      id,
      name: `a${id}`,
      monitoring: false,
      visible: true,
    })),
    nodes: [
      ...tasks,
      role(CENTRAL, "writer"),
      { id: WORKSPACE, kind: "workspace", account: CENTRAL, name: "metrics" },
    ],
    edges: [
      ...tasks.map((task) =>
        edge(task.id, WRITER, { state: broken.includes(task.account) ? "broken" : "allowed" }),
      ),
      edge(WRITER, WORKSPACE, { kind: "write", samplesPerSecond: 5 }),
    ],
    documents: [],
    truncated: false,
    leftOut: 0,
  };
}
