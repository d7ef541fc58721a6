// What is chosen and what is searched for, found in a picture.

import type { Topology, TopologyNode } from "../../api/types";
import type { Link, Picture } from "./picture";

/** As it stands in the address: "edge:<id>", "node:<id>", "account:<id>", "stack:<account>". */
export type Choice = string;

/** The box or link that shows what is chosen. */
export function shownAs(choice: Choice | null, picture: Picture): string | undefined {
  if (!choice) return undefined;
  const [kind, id] = split(choice);
  if (kind === "edge") return linkOf(id, picture)?.id;
  if (kind === "node") return picture.boxOf.get(id);
  return picture.boxes.find((box) => box.id === choice)?.id;
}

/** What the address says when a box or link has been chosen. */
export function choiceOf(shown: string, picture: Picture): Choice | null {
  const link = picture.links.find((one) => one.id === shown);
  if (link) return `edge:${link.edges[0]?.id}`;
  const box = picture.boxes.find((one) => one.id === shown);
  if (!box) return null;
  return box.kind === "account" || box.kind === "stack" ? box.id : `node:${box.id}`;
}

export function split(choice: Choice): [string, string] {
  const colon = choice.indexOf(":");
  return [choice.slice(0, colon), choice.slice(colon + 1)];
}

export function linkOf(edgeId: string, picture: Picture): Link | undefined {
  return picture.links.find((link) => link.edges.some((edge) => edge.id === edgeId));
}

/** Boxes and links in which something matches; nothing where nobody searches. */
export function find(
  text: string,
  topology: Topology,
  picture: Picture,
): ReadonlySet<string> | undefined {
  const words = text.trim().toLowerCase();
  if (!words) return undefined;
  const accounts = new Map(topology.accounts.map((account) => [account.id, account.name]));
  const matches = (node: TopologyNode) =>
    `${node.id} ${node.name} ${node.account} ${accounts.get(node.account) ?? ""}`
      .toLowerCase()
      .includes(words);
  const found = new Set<string>();
  for (const node of topology.nodes) {
    const box = picture.boxOf.get(node.id);
    if (box && matches(node)) found.add(box);
  }
  for (const link of picture.links)
    if (found.has(link.from) || found.has(link.to)) found.add(link.id);
  return found;
}

/** Changes when the drawing has to be laid out anew, and not when rates change. */
export function structureOf(picture: Picture): string {
  return JSON.stringify([
    picture.boxes.map((box) => [box.id, box.title, box.detail, box.frame]),
    picture.links.map((link) => link.id),
    picture.frames,
  ]);
}
