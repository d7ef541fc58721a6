// A graph of many series over time: uPlot, with a legend that hides and solos, exact values on
// hover, and a selection that zooms. Explore, dashboards and the workspace page draw with it.
//
// The legend takes its place within `height`. Keys: arrows move the cursor and between series,
// Shift with them by ten steps, Home and End to the ends; Space begins a selection, Enter zooms to
// it, Escape leaves.

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Labels } from "../api/types";
import type { Interval } from "../time/range";
import { zone } from "../time/zone";
import styles from "./chart.module.css";
import { themeColors } from "./colors";
import { LegendList, type LegendProps, LegendTable } from "./legend";
import type { Model } from "./options";
import { namedColor, seriesColor } from "./palette";
import { type Hover, Plot } from "./plot";
import { prepare } from "./prepare";
import { spoken, Tooltip } from "./tooltip";
import { useCursorKeys } from "./use-cursor-keys";
import { ALL_VISIBLE, solo, toggle, type Visibility, visibleOf } from "./visibility";

export interface Series {
  /** What the legend shows. */
  name: string;
  labels: Labels;
  /** Aligned to `ChartProps.times`; null where there is no sample. NaN and infinities are shown on
      hover and drawn as gaps. */
  values: (number | null)[];
  /** CSS, or as Grafana names it: "semi-dark-red"; the palette's next where absent. */
  color?: string;
}

export interface ChartProps {
  /** Seconds since 1970, ascending. */
  times: number[];
  series: Series[];
  interval: Interval;
  height: number;
  /** As format/units knows them: "bytes", "s", "percentunit", "short". */
  unit?: string;
  /** Places behind the point; as many as are needed where absent. */
  decimals?: number;
  stacked?: boolean;
  logarithmic?: boolean;
  min?: number;
  max?: number;
  /** Series that are drawn with points, bars or filled; lines where absent. */
  style?: "line" | "bars" | "points";
  /** 0..100 */
  fillOpacity?: number;
  legend?: "list" | "table" | "hidden";
  thresholds?: { value: number; color: string }[];
  /** The same key on several charts: their cursors move together. */
  syncKey?: string;
  /** For screen readers: what is drawn. */
  label: string;
  onSelect?: (interval: Interval) => void;
  /** Which series are shown, by name, where another keeps that; else the graph does. */
  visibility?: Visibility;
  onVisibility?: (visibility: Visibility) => void;
}

function useModel(props: ChartProps, visible: boolean[]): Model {
  const theme = themeColors();
  const { series, stacked = false, logarithmic = false, style = "line" } = props;
  // Only a stack depends on what is shown.
  const shown = stacked ? visible : undefined;
  const values = useMemo(() => series.map((each) => each.values), [series]);
  const prepared = useMemo(
    () => prepare(values, visible, { stacked, logarithmic }),
    [values, shown, stacked, logarithmic],
  );
  return useMemo(() => {
    const tone = theme.tone;
    const opacity = style === "bars" ? 70 : stacked ? 50 : 0;
    return {
      times: props.times,
      values,
      prepared,
      visible,
      colors: series.map((each, index) =>
        each.color ? namedColor(each.color, tone) : seriesColor(index, tone),
      ),
      theme,
      interval: props.interval,
      unit: props.unit,
      decimals: props.decimals,
      stacked,
      logarithmic,
      min: props.min,
      max: props.max,
      style,
      fillOpacity: props.fillOpacity ?? opacity,
      zone: zone.value,
      thresholds: (props.thresholds ?? []).map(({ value, color }) => ({
        value,
        color: namedColor(color, tone),
      })),
    };
  }, [
    props.times,
    prepared,
    visible,
    theme,
    props.interval.start,
    props.interval.end,
    props.unit,
    props.decimals,
    props.min,
    props.max,
    style,
    props.fillOpacity,
    zone.value,
    JSON.stringify(props.thresholds),
  ]);
}

function useSize(element: { current: HTMLElement | null }) {
  const [size, setSize] = useState<{ width: number; height: number }>();
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return size;
}

function usePlot(model: Model, props: ChartProps, onHover: (hover: Hover | undefined) => void) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const size = useSize(box);
  const select = useRef(props.onSelect);
  select.current = props.onSelect;
  const selectable = props.onSelect !== undefined;
  const ready = size !== undefined && size.width > 0 && size.height > 0;

  useEffect(() => {
    if (!box.current || !size || !ready) return;
    plot.current = new Plot(box.current, model, size, props.syncKey, {
      hover: onHover,
      select: selectable ? (interval) => select.current?.(interval) : undefined,
    });
    return () => {
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [ready, props.syncKey, selectable]);
  useEffect(() => {
    if (size && ready) plot.current?.resize(size);
  }, [size]);
  useEffect(() => plot.current?.update(model), [model]);
  return { box, plot, size: size ?? { width: 0, height: 0 } };
}

export function Chart(props: ChartProps) {
  const { times, series, unit, decimals, legend = "list" } = props;
  const [own, setOwn] = useState(ALL_VISIBLE);
  const visibility = props.visibility ?? own;
  const show = (next: Visibility) => {
    setOwn(next);
    props.onVisibility?.(next);
  };
  const keys = useMemo(() => series.map((each) => each.name), [series]);
  const visible = useMemo(() => visibleOf(visibility, keys), [keys, visibility]);
  const hover = useSignal<Hover | undefined>(undefined);
  const model = useModel(props, visible);
  const { box, plot, size } = usePlot(model, props, (next) => {
    hover.value = next;
  });
  const said = useSignal("");
  const cursor = useCursorKeys(plot, model, props.onSelect, () => {
    said.value = spoken(hover.value, { times, series, unit, decimals });
  });
  const common: LegendProps = {
    series,
    colors: model.colors,
    visible,
    unit,
    decimals,
    onToggle: (index) => show(toggle(visibility, keys[index] as string)),
    onSolo: (index) => show(solo(visibility, keys[index] as string)),
    onShowAll: () => show(ALL_VISIBLE),
    onPoint: (index) => plot.current?.draw(index),
  };
  return (
    <figure class={styles.chart} aria-label={props.label} style={{ height: `${props.height}px` }}>
      <div class={styles.frame}>
        {/* biome-ignore-start lint/a11y: a graph that is walked through by keys. */}
        <div
          ref={box}
          class={styles.plot}
          tabIndex={0}
          role="application"
          aria-roledescription="graph"
          aria-label={`${props.label}: ${series.length} series. Arrow keys read the values.`}
          onKeyDown={cursor.onKeyDown}
          onBlur={cursor.onBlur}
        />
        {/* biome-ignore-end lint/a11y: as above */}
        <Tooltip {...{ hover, times, series, unit, decimals, size }} colors={model.colors} />
        <p class={styles.spoken} aria-live="polite">
          {said}
        </p>
      </div>
      {legend !== "hidden" && series.length > 0 && (
        <div class={styles.legend}>
          {legend === "table" ? <LegendTable {...common} /> : <LegendList {...common} />}
        </div>
      )}
    </figure>
  );
}
