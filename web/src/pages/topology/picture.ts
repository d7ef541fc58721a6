// What the graph draws of the topology: accounts that are folded up become one box, the edges that
// end in it are drawn together, and accounts that look the same stand behind each other as a stack.

import type { Topology, TopologyAccount, TopologyEdge, TopologyNode } from "../../api/types";

export interface Box {
  /** A node's id; "account:<id>"; "stack:<id of its first account>". */
  id: string;
  kind: TopologyNode["kind"] | "account" | "stack";
  title: string;
  detail: string;
  /** The open account in which it stands. */
  frame?: string;
  /** Ids of the accounts that are folded into it. */
  accounts: string[];
  /** Broken edges that begin or end in it, or lie within. */
  broken: number;
}

/** Whether it hides nodes. */
export function isFolded(box: Box): boolean {
  return box.kind === "account" || box.kind === "stack";
}

/** Edges that are drawn as one line: all of a kind and state between two boxes. */
export interface Link {
  id: string;
  from: string;
  to: string;
  kind: TopologyEdge["kind"];
  state: TopologyEdge["state"];
  edges: TopologyEdge[];
  /** Of all together; absent where none carries anything. */
  samplesPerSecond?: number;
  lastWriteAt?: number;
}

export interface Frame {
  account: string;
  title: string;
}

export interface Picture {
  boxes: Box[];
  links: Link[];
  frames: Frame[];
  /** Id of the box that shows a node, by the node's id. */
  boxOf: Map<string, string>;
  /** Nodes without an edge that are left out. */
  unconnected: number;
}

export interface PictureOptions {
  /** Ids of the accounts and stacks whose content is shown; absent: what fits. */
  open?: ReadonlySet<string>;
  brokenOnly: boolean;
  /** Also nodes that no edge touches. */
  unconnected: boolean;
}

/** More nodes than this are not drawn at once unless somebody asks. */
const NODES_OPEN_MAX = 40;
const ACCOUNTS_OPEN_MAX = 8;
/** From how many accounts on those that look the same are stacked, and how many make a stack. */
const STACK_ACCOUNTS_MIN = 10;
const STACK_SIZE_MIN = 4;

export function accountTitle(account: TopologyAccount | undefined, id: string): string {
  return account?.name && account.name !== id ? `${account.name} (${id})` : id;
}

/** The accounts that are open while nobody has chosen: all, or those that hold a workspace. */
export function openAtFirst(topology: Topology, unconnected = false): Set<string> {
  const touched = new Set(topology.edges.flatMap((edge) => [edge.from, edge.to]));
  const shown = topology.nodes.filter((node) => unconnected || isShown(node, touched));
  const ids = topology.accounts.map((account) => account.id);
  if (shown.length <= NODES_OPEN_MAX && ids.length <= ACCOUNTS_OPEN_MAX) return new Set(ids);
  const open = new Set<string>();
  let room = NODES_OPEN_MAX / 2;
  for (const id of ids) {
    const inside = shown.filter((node) => node.account === id);
    if (!inside.some((node) => node.kind === "workspace") || inside.length > room) continue;
    room -= inside.length;
    open.add(id);
  }
  return open;
}

function isShown(node: TopologyNode, touched: ReadonlySet<string>): boolean {
  return node.kind === "workspace" || touched.has(node.id);
}

export function pictureOf(topology: Topology, options: PictureOptions): Picture {
  const edges = options.brokenOnly
    ? topology.edges.filter((edge) => edge.state === "broken")
    : topology.edges;
  const touched = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const connected = topology.nodes.filter((node) =>
    options.brokenOnly ? touched.has(node.id) : isShown(node, touched),
  );
  const nodes = options.unconnected && !options.brokenOnly ? topology.nodes : connected;
  const open = options.open ?? openAtFirst(topology, options.unconnected);
  const boxOf = new Map<string, Box>();
  const boxes = [
    ...openBoxes(nodes, open, topology, boxOf),
    ...foldedBoxes(nodes, edges, open, topology, boxOf),
  ];
  for (const edge of edges) {
    if (edge.state !== "broken") continue;
    for (const box of new Set([boxOf.get(edge.from), boxOf.get(edge.to)])) if (box) box.broken++;
  }
  const drawn = new Set(boxes.map((box) => box.frame));
  return {
    boxes,
    links: linksOf(edges, boxOf),
    frames: topology.accounts
      .filter((account) => drawn.has(account.id))
      .map((account) => ({ account: account.id, title: accountTitle(account, account.id) })),
    boxOf: new Map([...boxOf].map(([id, box]) => [id, box.id])),
    unconnected: options.brokenOnly ? 0 : topology.nodes.length - connected.length,
  };
}

const KIND_WORDS: Record<TopologyNode["kind"], string> = {
  service: "AWS service",
  user: "user",
  role: "role",
  workspace: "workspace",
  anyone: "whoever has an account",
};

export function kindOf(node: TopologyNode): string {
  return KIND_WORDS[node.kind];
}

// Services belong to no account; they stand by themselves.
function openBoxes(
  nodes: TopologyNode[],
  open: ReadonlySet<string>,
  topology: Topology,
  boxOf: Map<string, Box>,
): Box[] {
  const known = new Set(topology.accounts.map((account) => account.id));
  return nodes
    .filter((node) => !known.has(node.account) || open.has(node.account))
    .map((node) => {
      const box: Box = {
        id: node.id,
        kind: node.kind,
        title: node.name,
        detail: kindOf(node),
        frame: known.has(node.account) ? node.account : undefined,
        accounts: [],
        broken: 0,
      };
      boxOf.set(node.id, box);
      return box;
    });
}

function foldedBoxes(
  nodes: TopologyNode[],
  edges: TopologyEdge[],
  open: ReadonlySet<string>,
  topology: Topology,
  boxOf: Map<string, Box>,
): Box[] {
  const byAccount = new Map<string, TopologyNode[]>();
  for (const account of topology.accounts) if (!open.has(account.id)) byAccount.set(account.id, []);
  for (const node of nodes) byAccount.get(node.account)?.push(node);
  const folded = topology.accounts.filter((account) => byAccount.get(account.id)?.length);
  return stacksOf(folded, topology, edges, open).map((accounts) => {
    const members = accounts.flatMap((account) => byAccount.get(account.id) ?? []);
    const first = accounts[0] as TopologyAccount;
    const alone = accounts.length === 1;
    const box: Box = {
      id: alone ? `account:${first.id}` : `stack:${first.id}`,
      kind: alone ? "account" : "stack",
      title: alone ? first.name || first.id : `${accounts.length} accounts alike`,
      detail: alone
        ? `${first.name && first.name !== first.id ? `${first.id}, ` : ""}${content(members)}`
        : `${accounts
            .slice(0, 2)
            .map((account) => account.name || account.id)
            .join(", ")}, …`,
      accounts: accounts.map((account) => account.id),
      broken: 0,
    };
    for (const member of members) boxOf.set(member.id, box);
    return box;
  });
}

function content(nodes: TopologyNode[]): string {
  const count = (kind: TopologyNode["kind"], one: string, more: string) => {
    const found = nodes.filter((node) => node.kind === kind).length;
    return found === 0 ? [] : [`${found} ${found === 1 ? one : more}`];
  };
  return [
    ...count("workspace", "workspace", "workspaces"),
    ...count("role", "role", "roles"),
    ...count("user", "user", "users"),
  ].join(", ");
}

/** Accounts whose edges are the same but for who they are, together; the others alone. */
function stacksOf(
  folded: TopologyAccount[],
  topology: Topology,
  edges: TopologyEdge[],
  open: ReadonlySet<string>,
): TopologyAccount[][] {
  if (folded.length < STACK_ACCOUNTS_MIN) return folded.map((account) => [account]);
  const looks = looksOf(topology, edges);
  const alike = new Map<string, TopologyAccount[]>();
  for (const account of folded) {
    const look = (looks.get(account.id) ?? []).sort().join("\n");
    alike.set(look, [...(alike.get(look) ?? []), account]);
  }
  return [...alike.values()].flatMap((accounts) => {
    const apart = open.has(`stack:${accounts[0]?.id}`) || accounts.length < STACK_SIZE_MIN;
    return apart ? accounts.map((account) => [account]) : [accounts];
  });
}

// Per account one line for each of its edges: what it is, and where its other end is.
function looksOf(topology: Topology, edges: TopologyEdge[]): Map<string, string[]> {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const looks = new Map<string, string[]>();
  const add = (account: string, line: string) => {
    const lines = looks.get(account);
    if (lines) lines.push(line);
    else looks.set(account, [line]);
  };
  for (const edge of edges) {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    if (!from || !to) continue;
    const what = `${edge.kind} ${edge.state}`;
    if (from.account === to.account) {
      add(from.account, `within ${what} ${from.name} ${to.name}`);
    } else {
      add(from.account, `out ${what} ${from.name} ${to.id}`);
      add(to.account, `in ${what} ${from.id} ${to.name}`);
    }
  }
  return looks;
}

function linksOf(edges: TopologyEdge[], boxOf: ReadonlyMap<string, Box>): Link[] {
  const links = new Map<string, Link>();
  for (const edge of edges) {
    const from = boxOf.get(edge.from)?.id;
    const to = boxOf.get(edge.to)?.id;
    if (!from || !to || (from === to && edge.from !== edge.to)) continue;
    const id = `${edge.kind} ${edge.state} ${from} ${to}`;
    const link = links.get(id) ?? {
      id,
      from,
      to,
      kind: edge.kind,
      state: edge.state,
      edges: [],
    };
    link.edges.push(edge);
    if (edge.samplesPerSecond !== undefined)
      link.samplesPerSecond = (link.samplesPerSecond ?? 0) + edge.samplesPerSecond;
    if (edge.lastWriteAt !== undefined)
      link.lastWriteAt = Math.max(link.lastWriteAt ?? 0, edge.lastWriteAt);
    links.set(id, link);
  }
  return [...links.values()];
}
