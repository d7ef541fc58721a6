// Where the boxes of a picture stand: dagre's layered layout, from what is assumed on the left to
// the workspaces on the right. In a chunk of its own, since dagre is.

import { Graph, layout } from "@dagrejs/dagre";
import {
  BOX_SIDES,
  BOX_WIDTH_MAX,
  LABEL_SIDES,
  type Measure,
  type Placed,
  type Point,
  type Rectangle,
} from "./geometry";
import { type Box, isFolded, type Picture } from "./picture";
import { linkText } from "./words";

const BOX_HEIGHT = 46;
const LABEL_HEIGHT = 20;
const BOX_WIDTH_MIN = 110;
const FRAME_PADDING = 12;
const FRAME_TITLE = 22;

/** Room for the sign at the right of a frame's title. */
const FRAME_SIGN = 28;

function boxWidth(box: Box, measure: Measure, title: string): number {
  const text = Math.max(measure(box.title, "title"), measure(box.detail, "detail"));
  const signs = BOX_SIDES.left + BOX_SIDES.right + (isFolded(box) ? BOX_SIDES.toggle : 0);
  const least = Math.max(BOX_WIDTH_MIN, measure(title, "title") + FRAME_SIGN);
  return Math.ceil(Math.min(Math.max(text + signs, least), BOX_WIDTH_MAX));
}

export function place(picture: Picture, measure: Measure): Placed {
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
  const titles = new Map(picture.frames.map((frame) => [frame.account, frame.title]));
  for (const box of picture.boxes) {
    const title = titles.get(box.frame ?? "") ?? "";
    graph.setNode(box.id, { width: boxWidth(box, measure, title), height: BOX_HEIGHT });
    if (box.frame) graph.setParent(box.id, `frame:${box.frame}`);
  }
  for (const link of picture.links) {
    const width = measure(linkText(link), "label") + LABEL_SIDES;
    const label = { width, height: LABEL_HEIGHT, labelpos: "c" };
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
