// The part of the drawing that is seen: scale and offset, and what panning and zooming do to them.

export interface Viewport {
  /** Pixels of the screen for one of the drawing. */
  scale: number;
  /** Of the drawing's origin, in pixels of the screen. */
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

export const SCALE_MIN = 0.2;
export const SCALE_MAX = 2.5;
/** Below this text cannot be read: what is larger is panned rather than shrunk. */
const SCALE_FIT_MIN = 0.5;
/** On a large screen a small drawing grows. */
const SCALE_FIT_MAX = 1.5;

/** All of the drawing where it stays readable, else its upper part in full width. */
export function fitTo(drawing: Size, view: Size): Viewport {
  if (drawing.width <= 0 || view.width <= 0) return { scale: 1, x: 0, y: 0 };
  const across = view.width / drawing.width;
  const whole = Math.min(across, view.height / drawing.height, SCALE_FIT_MAX);
  const scale = whole >= SCALE_FIT_MIN ? whole : Math.min(Math.max(across, SCALE_FIT_MIN), 1);
  return {
    scale,
    x: Math.max((view.width - drawing.width * scale) / 2, 0),
    y: Math.max((view.height - drawing.height * scale) / 2, 0),
  };
}

/** The point of the screen at (x, y) stays where it is. */
export function zoom(from: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = Math.min(Math.max(from.scale * factor, SCALE_MIN), SCALE_MAX);
  const ratio = scale / from.scale;
  return { scale, x: x - (x - from.x) * ratio, y: y - (y - from.y) * ratio };
}

/** Some of the drawing always stays in view. */
export function pan(from: Viewport, dx: number, dy: number, drawing: Size, view: Size): Viewport {
  const EDGE = 80;
  const within = (value: number, length: number, room: number) =>
    Math.min(Math.max(value, EDGE - length * from.scale), room - EDGE);
  return {
    scale: from.scale,
    x: within(from.x + dx, drawing.width, view.width),
    y: within(from.y + dy, drawing.height, view.height),
  };
}

/** Moved as little as needed for the rectangle (of the drawing) to be seen. */
export function reveal(from: Viewport, target: Size & { x: number; y: number }, view: Size) {
  const MARGIN = 24;
  const shift = (start: number, length: number, room: number) => {
    if (start < MARGIN) return MARGIN - start;
    if (start + length > room - MARGIN) return room - MARGIN - start - length;
    return 0;
  };
  const dx = shift(target.x * from.scale + from.x, target.width * from.scale, view.width);
  const dy = shift(target.y * from.scale + from.y, target.height * from.scale, view.height);
  return dx || dy ? { ...from, x: from.x + dx, y: from.y + dy } : from;
}

/** Which of the places lies next in a direction: near, and rather straight ahead than aside. */
export function neighbour<Id>(
  from: { x: number; y: number },
  places: { id: Id; x: number; y: number }[],
  direction: "left" | "right" | "up" | "down",
): Id | undefined {
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const sideways = direction === "left" || direction === "right";
  let best: { id: Id; cost: number } | undefined;
  for (const place of places) {
    const ahead = sign * (sideways ? place.x - from.x : place.y - from.y);
    const aside = Math.abs(sideways ? place.y - from.y : place.x - from.x);
    if (ahead <= 1) continue;
    const cost = ahead + 2 * aside;
    if (!best || cost < best.cost) best = { id: place.id, cost };
  }
  return best?.id;
}
