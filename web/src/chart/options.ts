// uPlot's options for a graph: scales, axes, lines. All that can change without a new uPlot is
// read from the model when it draws.

import uPlot from "uplot";
import { formatTimeTicks } from "../format/time";
import { formatTicks, isBinary, tickSteps } from "../format/units";
import type { Zone } from "../time/zone";
import { drawBulk } from "./bulk";
import type { Colors } from "./colors";
import { translucent } from "./palette";
import { isolated, type Prepared } from "./prepare";

export type LineStyle = "line" | "bars" | "points";

/** What is drawn at one moment; chart.tsx makes it of its props. */
export interface Model {
  times: number[];
  /** Of each series; what is drawn of them is in `prepared`. */
  values: (number | null)[][];
  prepared: Prepared;
  visible: boolean[];
  colors: string[];
  theme: Colors;
  interval: { start: number; end: number };
  unit: string | undefined;
  decimals: number | undefined;
  stacked: boolean;
  logarithmic: boolean;
  min: number | undefined;
  max: number | undefined;
  style: LineStyle;
  /** 0..100 */
  fillOpacity: number;
  /** Of the times below the graph. */
  zone: Zone;
  thresholds: { value: number; color: string }[];
}

const FONT = "12px system-ui, sans-serif";
const TICK_SPACE = 70;
const POINT_SIZE = 5;
// Points beside lines are shown where they are this far apart, in CSS pixels.
const POINT_SPACE = 14;
// More lines than this are thin and without points: it is their bulk that is looked at.
const MANY = 60;

/** To the next number with one digit; of a binary unit to the next power of 2. */
function logBound(value: number, binary: boolean, round: (value: number) => number): number {
  if (binary) return 2 ** round(Math.log2(value));
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return round(Number((value / power).toPrecision(12))) * power;
}

function yRange(model: Model, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) [min, max] = model.logarithmic ? [1, 10] : [0, 1];
  if (model.logarithmic) {
    const binary = isBinary(model.unit);
    const bound = (own: number | undefined, other: () => number) =>
      own !== undefined && own > 0 ? own : other();
    const low = bound(model.min, () => logBound(min, binary, Math.floor));
    const high = bound(model.max, () => logBound(max, binary, Math.ceil));
    return low < high ? [low, high] : [low, low * 10];
  }
  const range = uPlot.rangeNum(min, max, {
    min: { pad: 0.08, soft: 0, mode: model.stacked || model.style === "bars" ? 1 : 3 },
    max: { pad: 0.08, soft: 0, mode: 3 },
  });
  const low = model.min ?? range[0] ?? 0;
  const high = model.max ?? range[1] ?? 1;
  return low < high ? [low, high] : [low, low + 1];
}

function xRange({ interval: { start, end } }: Model): uPlot.Range.MinMax {
  return start < end ? [start, end] : [start - 30, end + 30];
}

function axes(model: () => Model): uPlot.Axis[] {
  const stroke = () => model().theme.muted;
  const grid = { stroke: () => model().theme.grid, width: 1 };
  const ticks = { stroke: () => model().theme.grid, width: 1, size: 4 };
  return [
    {
      stroke,
      grid,
      ticks,
      font: FONT,
      size: 28,
      gap: 4,
      space: TICK_SPACE,
      values: (_, splits, __, ___, step) => formatTimeTicks(splits, step),
    },
    {
      stroke,
      grid,
      ticks,
      font: FONT,
      gap: 4,
      space: 32,
      size: (u, values) => {
        if (!values) return 40;
        const longest = values.reduce((a, b) => ((b?.length ?? 0) > a.length ? b : a), "");
        u.ctx.save();
        u.ctx.font = FONT.replace("12px", `${12 * devicePixelRatio}px`);
        const width = u.ctx.measureText(longest).width / devicePixelRatio;
        u.ctx.restore();
        return Math.max(40, Math.ceil(width) + 12);
      },
      ...(model().logarithmic ? {} : { incrs: tickSteps(model().unit) }),
      values: (_, splits) => yLabels(model(), splits),
    },
  ];
}

/** uPlot leaves out splits of a logarithmic axis that have no room: they come as null. */
function yLabels(model: Model, splits: (number | null)[]): (string | null)[] {
  const shown = splits.filter((split): split is number => split !== null);
  const texts = formatTicks(shown, model.unit, model.decimals);
  let next = 0;
  return splits.map((split) => (split === null ? null : (texts[next++] ?? "")));
}

function isBulk({ style, prepared, fillOpacity }: Model): boolean {
  return style === "line" && fillOpacity === 0 && prepared.drawn.length > MANY;
}

function lineOf(model: () => Model, index: number): uPlot.Series {
  const { style, prepared, fillOpacity, colors } = model();
  const many = prepared.drawn.length > MANY;
  const color = colors[index] as string;
  const width = style === "bars" ? 0 : many ? 1 : 1.5;
  const filled = fillOpacity > 0 && style !== "points" && prepared.bands.length === 0;
  if (isBulk(model())) {
    const nothing = { show: false, filter: () => null };
    return { show: model().visible[index], stroke: color, paths: () => null, points: nothing };
  }
  return {
    show: model().visible[index],
    stroke: color,
    width,
    fill: filled || model().stacked ? translucent(color, fillOpacity / 100) : undefined,
    pxAlign: 0,
    paths: pathsOf(style),
    points: {
      size: POINT_SIZE,
      stroke: color,
      fill: color,
      show: (u, _, first, last) =>
        style === "points" ||
        (style === "line" && !many && u.over.clientWidth / (last - first + 1) >= POINT_SPACE),
      filter: (_, at, show) => {
        if (show || style === "bars") return null;
        const found = isolated(model().prepared.drawn[at - 1] ?? []);
        return found.length > 0 ? found : null;
      },
    },
  };
}

function pathsOf(style: LineStyle): uPlot.Series.PathBuilder | undefined {
  if (style === "points") return () => null;
  return style === "bars"
    ? uPlot.paths.bars?.({ size: [0.7, 60] })
    : uPlot.paths.linear?.({ alignGaps: 1 });
}

function drawThresholds(u: uPlot, model: Model): void {
  const { left, width, top, height } = u.bbox;
  u.ctx.save();
  u.ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  u.ctx.lineWidth = devicePixelRatio;
  for (const { value, color } of model.thresholds) {
    const y = u.valToPos(value, "y", true);
    if (!(y >= top && y <= top + height)) continue;
    u.ctx.strokeStyle = color;
    u.ctx.beginPath();
    u.ctx.moveTo(left, y);
    u.ctx.lineTo(left + width, y);
    u.ctx.stroke();
  }
  u.ctx.restore();
}

export function dataOf(model: Model): uPlot.AlignedData {
  return [model.times, ...model.prepared.drawn];
}

export function bandsOf(model: Model): uPlot.Band[] {
  return model.prepared.bands.map(([outer, inner, side]) => ({
    series: [outer + 1, inner + 1],
    fill: translucent(model.colors[outer] as string, model.fillOpacity / 100),
    dir: side === 1 ? -1 : 1,
  }));
}

export interface Handlers {
  moved: (u: uPlot) => void;
  selected: (u: uPlot) => void;
}

/** Half a label of the time axis sticks out; with seconds it is longer. */
function rightPadding(u: uPlot, { interval }: Model): number {
  const step = ((interval.end - interval.start) * TICK_SPACE) / Math.max(u.width, 1);
  return step < 60 ? 28 : 18;
}

export function optionsOf(
  model: () => Model,
  size: { width: number; height: number },
  syncKey: string | undefined,
  selectable: boolean,
  on: Handlers,
): uPlot.Options {
  const first = model();
  return {
    ...size,
    ...(first.zone === "utc" ? { tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), "UTC") } : {}),
    padding: [8, (u) => rightPadding(u, model()), 0, 0],
    legend: { show: false },
    // The canvas of a thousand lines cannot be drawn anew for each move of the mouse, so what is
    // near the cursor is drawn on a layer above (plot.ts).
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: selectable, y: false, setScale: false, dist: 5 },
      bind: { dblclick: () => null },
      ...(syncKey ? { sync: { key: syncKey, scales: ["x", null], setSeries: false } } : {}),
    },
    scales: {
      x: { time: true, range: () => xRange(model()) },
      y: {
        distr: first.logarithmic ? 3 : 1,
        log: isBinary(first.unit) ? 2 : 10,
        range: (_, min, max) => yRange(model(), min, max),
      },
    },
    axes: axes(model),
    bands: bandsOf(first),
    series: [{}, ...first.prepared.drawn.map((_, index) => lineOf(model, index))],
    hooks: {
      setCursor: [on.moved],
      setSelect: [on.selected],
      draw: [
        (u) => {
          if (isBulk(model())) drawBulk(u, model());
          drawThresholds(u, model());
        },
      ],
    },
  } as uPlot.Options;
}
