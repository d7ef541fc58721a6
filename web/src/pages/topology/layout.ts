// Where the boxes of a picture stand: dagre's layered layout, from what is assumed on the left to
// the workspaces on the right. In a chunk of its own, since dagre is.

import { Graph, layout } from "@dagrejs/dagre";
import type { Box, Picture } from "./picture";

export interface Point {
  x: number;
  y: number;
}
export interface Rectangle extends Point {
  width: number;
  height: number;
}
export interface Placed {
  width: number;
  height: number;
  /** By id; x and y are those of the upper left corner. */
  boxes: Map<string, Rectangle>;
  frames: Map<string, Rectangle>;
  /** By id of the link: its bends, and the middle of its label. */
  links: Map<string, { points: Point[]; label: Point }>;
}

export const BOX_HEIGHT = 46;
export const LABEL_WIDTH = 88;
const LABEL_HEIGHT = 18;
const BOX_WIDTH_MIN = 120;
const BOX_WIDTH_MAX = 250;
const CHARACTER_WIDTH = 7.4;
const FRAME_PADDING = 12;
const FRAME_TITLE = 22;

export function boxWidth(box: Pick<Box, "title" | "detail">): number {
  const text = Math.max(box.title.length * CHARACTER_WIDTH, box.detail.length * 6.2);
  return Math.round(Math.min(Math.max(text + 48, BOX_WIDTH_MIN), BOX_WIDTH_MAX));
}

export function place(picture: Picture): Placed {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 24,
    edgesep: 14,
    ranksep: 44,
    marginx: 24,
    marginy: 24 + FRAME_TITLE,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const frame of picture.frames) graph.setNode(`frame:${frame.account}`, {});
  for (const box of picture.boxes) {
    graph.setNode(box.id, { width: boxWidth(box), height: BOX_HEIGHT });
    if (box.frame) graph.setParent(box.id, `frame:${box.frame}`);
  }
  for (const link of picture.links) {
    const label = { width: LABEL_WIDTH, height: LABEL_HEIGHT, labelpos: "c", weight: 1 };
    graph.setEdge(link.from, link.to, label, link.id);
  }
  layout(graph);
  return read(graph, picture);
}

function read(graph: InstanceType<typeof Graph>, picture: Picture): Placed {
  const boxes = new Map<string, Rectangle>();
  for (const box of picture.boxes) {
    const { x, y, width, height } = graph.node(box.id) as Rectangle;
    boxes.set(box.id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const frames = new Map<string, Rectangle>();
  for (const { account } of picture.frames) {
    const inside = picture.boxes.filter((box) => box.frame === account);
    frames.set(account, around(inside.map((box) => boxes.get(box.id) as Rectangle)));
  }
  const links: Placed["links"] = new Map();
  for (const link of picture.links) {
    const edge = graph.edge(link.from, link.to, link.id) as { points: Point[] } & Point;
    links.set(link.id, { points: edge.points, label: { x: edge.x, y: edge.y } });
  }
  const all = [...boxes.values(), ...frames.values()];
  const bends = [...links.values()].flatMap((link) => link.points);
  const right = Math.max(0, ...all.map((r) => r.x + r.width), ...bends.map((p) => p.x));
  const bottom = Math.max(0, ...all.map((r) => r.y + r.height), ...bends.map((p) => p.y));
  return { width: right + 24, height: bottom + 24, boxes, frames, links };
}

function around(inside: Rectangle[]): Rectangle {
  const left = Math.min(...inside.map((r) => r.x)) - FRAME_PADDING;
  const top = Math.min(...inside.map((r) => r.y)) - FRAME_PADDING - FRAME_TITLE;
  const right = Math.max(...inside.map((r) => r.x + r.width)) + FRAME_PADDING;
  const bottom = Math.max(...inside.map((r) => r.y + r.height)) + FRAME_PADDING;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A line through the points with rounded bends, as the `d` of an SVG path. */
export function pathThrough(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first || rest.length === 0) return "";
  if (rest.length === 1) return `M${spot(first)}L${spot(rest[0] as Point)}`;
  let path = `M${spot(first)}`;
  for (let i = 0; i + 1 < rest.length; i++) {
    const bend = rest[i] as Point;
    const next = rest[i + 1] as Point;
    const end = i + 2 === rest.length ? next : middle(bend, next);
    path += `Q${spot(bend)} ${spot(end)}`;
  }
  return path;
}

/** The head of the arrow at the end of the line. */
export function arrowHead(points: Point[], size = 8): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (!tip || !before) return "";
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const along = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  const base = { x: tip.x - along.x * size, y: tip.y - along.y * size };
  const side = { x: (-along.y * size) / 2, y: (along.x * size) / 2 };
  const left = { x: base.x + side.x, y: base.y + side.y };
  const right = { x: base.x - side.x, y: base.y - side.y };
  return `M${spot(tip)}L${spot(left)}L${spot(right)}Z`;
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function spot(point: Point): string {
  return `${Math.round(point.x * 10) / 10},${Math.round(point.y * 10) / 10}`;
}
