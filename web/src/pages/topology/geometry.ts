// Where things stand in the drawing, and the lines between them as SVG paths.

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

export const LABEL_WIDTH = 88;

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
