// Texts of the topology: names of edges, rates and times.

import type { Topology, TopologyEdge, TopologyNode } from "../../api/types";
import { formatValue } from "../../format/units";
import type { Link } from "./picture";

const VERBS: Record<TopologyEdge["kind"], string> = {
  assume: "assumes",
  write: "writes to",
  query: "queries",
};

/** "1.2 k/s"; "" for nothing. */
export function rateText(samplesPerSecond: number | undefined): string {
  if (samplesPerSecond === undefined) return "";
  const value =
    samplesPerSecond >= 1000 ? formatValue(samplesPerSecond, "short") : round(samplesPerSecond);
  return `${value}/s`;
}

function round(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(2);
}

/** "12 s", "5 min", "3 h", "2 d" */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  if (whole < 172_800) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} d`;
}

/** On the line: "write 1.2 k/s", "49 × assume". */
export function linkText(link: Link): string {
  const sign = link.state === "broken" ? "✕ " : "";
  const count = link.edges.length > 1 ? `${link.edges.length} × ` : "";
  const rate = link.samplesPerSecond ? ` ${rateText(link.samplesPerSecond)}` : "";
  return `${sign}${count}${link.kind}${rate}`;
}

export type Names = Map<string, TopologyNode>;

export function namesOf(topology: Topology): Names {
  return new Map(topology.nodes.map((node) => [node.id, node]));
}

/** "role task of 111111111111" */
export function nodeText(names: Names, id: string): string {
  const node = names.get(id);
  if (!node) return id;
  if (node.kind === "service" || node.kind === "anyone") return node.name;
  return `${node.kind} ${node.name} of ${node.account}`;
}

export function edgeText(names: Names, edge: TopologyEdge): string {
  return `${nodeText(names, edge.from)} ${VERBS[edge.kind]} ${nodeText(names, edge.to)}`;
}
