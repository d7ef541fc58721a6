// One uPlot on the page: kept up to date with a model, with a layer above it that shows the series
// near the cursor. Knows nothing of Preact.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Interval } from "../time/range";
import { dataOf, type Model, optionsOf } from "./options";
import { nearestFirst } from "./prepare";

/** Where the cursor is; `near` has the series with a sample there, the nearest first. */
export interface Hover {
  index: number;
  /** CSS pixels from the plot's corner, axes included. */
  left: number;
  top: number;
  /** In the lower half of the window. */
  low: boolean;
  near: number[];
}

export interface PlotEvents {
  /** Nothing where the cursor has left, or stands on another graph. */
  hover: (hover: Hover | undefined) => void;
  select: ((interval: Interval) => void) | undefined;
}

export interface PlotSize {
  width: number;
  height: number;
}

/** What a uPlot cannot change once it is there. */
function structure(model: Model): string {
  return JSON.stringify([
    model.colors,
    model.theme,
    model.style,
    model.stacked,
    model.logarithmic,
    model.fillOpacity,
    model.unit,
    model.zone,
    model.stacked ? model.prepared.bands : 0,
  ]);
}

export class Plot {
  private u: uPlot;
  private shape: string;
  private readonly layer = document.createElement("canvas");
  private highlighted: number | undefined;
  /** By the keyboard; the mouse takes over when it moves. */
  private inside = false;

  constructor(
    private readonly container: HTMLElement,
    private model: Model,
    private size: PlotSize,
    private readonly syncKey: string | undefined,
    private readonly events: PlotEvents,
  ) {
    this.shape = structure(model);
    this.u = this.create();
  }

  private create(): uPlot {
    const options = optionsOf(
      () => this.model,
      this.size,
      this.syncKey,
      this.events.select !== undefined,
      { moved: (u) => this.moved(u), selected: (u) => this.selected(u) },
    );
    const u = new uPlot(options, dataOf(this.model), this.container);
    this.layer.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
    this.layer.style.pointerEvents = "none";
    u.over.append(this.layer);
    u.over.addEventListener("mouseenter", () => {
      this.inside = true;
    });
    u.over.addEventListener("mouseleave", () => this.leave());
    return u;
  }

  update(model: Model): void {
    if (model === this.model) return;
    const before = this.model;
    const shape = structure(model);
    this.model = model;
    if (shape !== this.shape) {
      this.shape = shape;
      this.u.destroy();
      this.u = this.create();
      this.events.hover(undefined);
      return;
    }
    this.u.batch(() => {
      model.visible.forEach((show, index) => {
        if (show !== before.visible[index]) this.u.setSeries(index + 1, { show });
      });
      this.u.setData(dataOf(model));
    });
    this.draw(this.highlighted);
  }

  resize(size: PlotSize): void {
    if (size.width === this.size.width && size.height === this.size.height) return;
    this.size = size;
    this.hideCursor();
    this.u.setSize(size);
  }

  destroy(): void {
    this.u.destroy();
  }

  /** Draws one series above the others; none takes it away. */
  draw(index: number | undefined, at?: number): void {
    this.highlighted = index;
    const { width, height, left, top } = this.u.bbox;
    this.layer.width = width;
    this.layer.height = height;
    const values = index === undefined ? undefined : this.model.prepared.drawn[index];
    const context = this.layer.getContext("2d");
    if (!values || !context || index === undefined || !this.model.visible[index]) return;
    const x = (i: number) => this.u.valToPos(this.model.times[i] as number, "x", true) - left;
    const y = (value: number) => this.u.valToPos(value, "y", true) - top;
    const color = this.model.colors[index] as string;
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineWidth = 2.5 * devicePixelRatio;
    context.lineJoin = "round";
    if (this.model.style === "line") {
      let open = false;
      context.beginPath();
      values.forEach((value, i) => {
        if (value === null) open = false;
        else if (open) context.lineTo(x(i), y(value));
        else {
          context.moveTo(x(i), y(value));
          open = true;
        }
      });
      context.stroke();
    }
    const value = at === undefined ? null : (values[at] ?? null);
    if (value === null || at === undefined) return;
    context.beginPath();
    context.arc(x(at), y(value), 4 * devicePixelRatio, 0, 2 * Math.PI);
    context.fill();
    context.lineWidth = 1.5 * devicePixelRatio;
    context.strokeStyle = this.model.theme.surface;
    context.stroke();
  }

  /** By the keyboard: to a time, at the height of a series that has a sample there. */
  moveTo(index: number, series?: number): void {
    this.inside = true;
    const left = this.u.valToPos(this.model.times[index] as number, "x");
    const value = series === undefined ? null : this.model.prepared.drawn[series]?.[index];
    const top = value == null ? this.u.over.clientHeight / 2 : this.u.valToPos(value, "y");
    this.u.setCursor({ left, top });
  }

  /** By the keyboard: shows what Enter would zoom to. */
  showSelection(from: number, to: number): void {
    const [a, b] = [from, to].map((i) => this.u.valToPos(this.model.times[i] as number, "x")) as [
      number,
      number,
    ];
    const height = this.u.over.clientHeight;
    this.u.setSelect({ left: Math.min(a, b), top: 0, width: Math.abs(b - a), height }, false);
  }

  clearSelection(): void {
    this.u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  leave(): void {
    this.inside = false;
    this.draw(undefined);
    this.events.hover(undefined);
  }

  hideCursor(): void {
    this.u.setCursor({ left: -10, top: -10 });
    this.leave();
  }

  private moved(u: uPlot): void {
    const { left = -1, top = 0, idx } = u.cursor;
    if (!this.inside) return;
    if (left < 0 || idx == null) {
      this.draw(undefined);
      this.events.hover(undefined);
      return;
    }
    const { drawn } = this.model.prepared;
    const { values, visible } = this.model;
    const near = nearestFirst(values, drawn, visible, idx, (value) =>
      Math.abs(u.valToPos(value, "y") - top),
    );
    this.draw(near[0], idx);
    const axes = { left: u.over.offsetLeft, top: u.over.offsetTop };
    const low = u.rect.top + top > innerHeight / 2;
    this.events.hover({ index: idx, left: axes.left + left, top: axes.top + top, low, near });
  }

  private selected(u: uPlot): void {
    const { left, width } = u.select;
    this.clearSelection();
    if (width < 5) return;
    const start = u.posToVal(left, "x");
    this.events.select?.({ start, end: u.posToVal(left + width, "x") });
  }
}
