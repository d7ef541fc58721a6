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

/** Pixels that a text takes. */
export type Measure = (text: string, font: Font) => number;
export type Font = "title" | "detail" | "label";
/** As graph.module.css has them. */
const FONTS: Record<Font, string> = { title: "600 13px", detail: "11px", label: "600 11px" };

/** Measures with the page's font. */
export function measureInPage(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  return (text, font) => {
    if (!context) return text.length * 8;
    context.font = `${FONTS[font]} ${family}`;
    return context.measureText(text).width;
  };
}

/** As much of the text as fits. */
export function clip(text: string, width: number, font: Font, measure: Measure): string {
  if (measure(text, font) <= width) return text;
  let length = text.length - 1;
  while (length > 1 && measure(`${text.slice(0, length)}…`, font) > width) length--;
  return `${text.slice(0, length)}…`;
}

/** Boxes leave room for a sign at the left and one at the right. */
export const BOX_SIDES = { left: 34, right: 12, toggle: 26 };
export const BOX_WIDTH_MAX = 270;
/** Of the pill around the label of a line, beyond its text. */
export const LABEL_SIDES = 16;

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
