// The cursor of a graph by keyboard; which keys: chart.tsx.

import { useRef } from "preact/hooks";
import type { Interval } from "../time/range";
import type { Model } from "./options";
import type { Plot } from "./plot";

interface State {
  index: number;
  /** The series that the cursor keeps to. */
  series: number | undefined;
  /** Where a selection began. */
  anchor: number | undefined;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** Those that are drawn at a time, from the top down. */
function fromTheTop(model: Model, index: number): number[] {
  const value = (series: number) => model.prepared.drawn[series]?.[index] ?? 0;
  return model.prepared.drawn
    .map((_, series) => series)
    .filter((s) => model.visible[s] && (model.prepared.drawn[s]?.[index] ?? null) !== null)
    .sort((a, b) => value(b) - value(a));
}

function nextIndex(key: string, shift: boolean, now: number | undefined, count: number) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = STEPS[key];
  if (step === undefined) return undefined;
  if (now === undefined) return step > 0 ? 0 : count - 1;
  return Math.min(Math.max(now + step * (shift ? 10 : 1), 0), count - 1);
}

export function useCursorKeys(
  plot: { current: Plot | undefined },
  model: Model,
  onSelect: ((interval: Interval) => void) | undefined,
  onMoved: () => void,
) {
  const state = useRef<State | undefined>(undefined);

  const show = (next: State) => {
    state.current = next;
    plot.current?.moveTo(next.index, next.series);
    if (next.anchor !== undefined) plot.current?.showSelection(next.anchor, next.index);
    // uPlot tells where the cursor is on the next frame.
    requestAnimationFrame(onMoved);
  };
  const leave = () => {
    if (!state.current) return;
    state.current = undefined;
    plot.current?.clearSelection();
    plot.current?.hideCursor();
  };
  const zoom = ({ index, anchor }: State) => {
    const [start, end] = [model.times[anchor ?? index], model.times[index]].sort(
      (a, b) => (a ?? 0) - (b ?? 0),
    );
    leave();
    if (start !== undefined && end !== undefined && start < end) onSelect?.({ start, end });
  };
  const vertical = (key: string, now: State) => {
    const order = fromTheTop(model, now.index);
    const at = now.series === undefined ? -1 : order.indexOf(now.series);
    const next = key === "ArrowDown" ? at + 1 : at < 0 ? order.length - 1 : at - 1;
    const series = order[(next + order.length) % Math.max(order.length, 1)];
    show({ ...now, series });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const count = model.times.length;
    if (count === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = state.current && state.current.index < count ? state.current : undefined;
    const index = nextIndex(event.key, event.shiftKey, now?.index, count);
    if (index !== undefined) show({ series: now?.series, anchor: now?.anchor, index });
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      vertical(event.key, now ?? { index: count - 1, series: undefined, anchor: undefined });
    } else if (event.key === " " && now && onSelect) show({ ...now, anchor: now.index });
    else if (event.key === "Enter" && now?.anchor !== undefined) zoom(now);
    else if (event.key === "Escape" && now) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { onKeyDown, onBlur: leave };
}
