// Many thin lines at once. uPlot makes a path, a clip of gaps and a list of points for each line,
// which is most of the time of drawing a thousand; here each is stroked as it is walked along.

import type uPlot from "uplot";
import type { Model } from "./options";

const FEW = 60;

/** From a value to canvas pixels, computed once for all lines. */
function vertical(u: uPlot, logarithmic: boolean): (value: number) => number {
  const { top, height } = u.bbox;
  const { min = 0, max = 1 } = u.scales.y as uPlot.Scale;
  const at = logarithmic ? Math.log10 : (value: number) => value;
  const factor = height / (at(max) - at(min));
  const origin = top + height + at(min) * factor;
  return logarithmic
    ? (value) => origin - Math.log10(value) * factor
    : (value) => origin - value * factor;
}

function stroke(
  context: CanvasRenderingContext2D,
  xs: Float64Array,
  values: (number | null)[],
  y: (value: number) => number,
): void {
  context.beginPath();
  let open = false;
  for (let i = 0; i < xs.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      open = false;
    } else if (open) {
      context.lineTo(xs[i] as number, y(value));
    } else {
      const [left, top] = [xs[i] as number, y(value)];
      context.moveTo(left, top);
      // A sample without neighbours is a dash of a pixel.
      const next = values[i + 1];
      if (next === null || next === undefined) context.lineTo(left + devicePixelRatio, top);
      open = true;
    }
  }
  context.stroke();
}

export function drawBulk(u: uPlot, model: Model): void {
  const context = u.ctx;
  const { left, top, width, height } = u.bbox;
  const xs = Float64Array.from(model.times, (time) => u.valToPos(time, "x", true));
  const y = vertical(u, model.logarithmic);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.lineJoin = "bevel";
  // One device pixel and no more: such lines are drawn the quick way. A few can be wider.
  const few = model.visible.filter(Boolean).length <= FEW;
  context.lineWidth = few ? 1.5 * devicePixelRatio : 1;
  model.prepared.drawn.forEach((values, index) => {
    if (!model.visible[index]) return;
    context.strokeStyle = model.colors[index] as string;
    stroke(context, xs, values, y);
  });
  context.restore();
}
