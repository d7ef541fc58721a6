// Series over time, drawn by the console's Chart.

import { useMemo } from "preact/hooks";
import { Chart, type Series } from "../../../chart/chart";
import type { Interval } from "../../../time/range";
import { rangeOf } from "../model/display";
import { onGrid, type SeriesData } from "../model/frames";
import type { PanelData } from "../model/run";
import type { Field, Panel } from "../model/types";
import { namedField } from "./values";

export interface TimeSeriesProps {
  panel: Panel;
  data: PanelData;
  title: string;
  height: number;
  syncKey: string;
  onSelect: (interval: Interval) => void;
}

/** A coarser query's sample holds until its next one. */
function hold(values: (number | null)[], steps: number): (number | null)[] {
  const held = [...values];
  let since = steps;
  values.forEach((value, index) => {
    since = value === null ? since + 1 : 0;
    if (value === null && since < steps) held[index] = held[index - 1] ?? null;
  });
  return held;
}

function columns(data: PanelData, series: SeriesData[]) {
  const stepOf = new Map(data.queries.map(({ refId, step }) => [refId, step]));
  const { times, values } = onGrid(series, data.interval, data.step);
  const filled = values.map((column, index) => {
    const step = stepOf.get(series[index]?.refId ?? "") ?? data.step;
    return step > data.step ? hold(column, Math.round(step / data.step)) : column;
  });
  return { times, values: filled };
}

/** What all of the fields agree on; the panel's own where they do not. */
function common<K extends keyof Field>(fields: Field[], key: K, fallback: Field[K]): Field[K] {
  const first = fields[0]?.[key];
  return fields.length > 0 && fields.every((field) => field[key] === first)
    ? (first as Field[K])
    : fallback;
}

export function TimeSeries({ panel, data, title, height, syncKey, onSelect }: TimeSeriesProps) {
  const drawn = useMemo(() => {
    const named = data.series
      .map((series) => ({ series, ...namedField(panel, series) }))
      .filter(({ field }) => !field.hidden);
    const { times, values } = columns(
      data,
      named.map(({ series }) => series),
    );
    const series = named.map(
      ({ series: { labels }, name, field }, index): Series => ({
        name,
        labels,
        values: values[index] as (number | null)[],
        color: field.colorMode === "fixed" && field.fixedColor ? field.fixedColor : undefined,
      }),
    );
    return { times, series, fields: named.map(({ field }) => field) };
  }, [data, panel]);

  const { field, options } = panel;
  const range = useMemo(
    () => rangeOf(field, field.thresholdsInPercent ? data.series.flatMap((s) => s.values) : []),
    [field, data],
  );
  // The only series of a query without labels or legend says what the title says.
  const isPlain =
    drawn.series.length === 1 && data.queries.some(({ query }) => query === drawn.series[0]?.name);
  const series = isPlain ? drawn.series.map((each) => ({ ...each, name: title })) : drawn.series;
  const shownSeries = useMemo(() => series, [drawn, isPlain, title]);
  return (
    <Chart
      label={title || "Graph"}
      times={drawn.times}
      series={shownSeries}
      interval={data.interval}
      height={height}
      unit={common(drawn.fields, "unit", field.unit)}
      decimals={common(drawn.fields, "decimals", field.decimals)}
      stacked={field.stacked}
      logarithmic={field.logarithmic}
      min={field.min}
      max={field.max}
      style={common(drawn.fields, "style", field.style)}
      fillOpacity={common(drawn.fields, "fillOpacity", field.fillOpacity)}
      legend={isPlain ? "hidden" : options.legend}
      thresholds={
        field.showThresholds
          ? field.thresholds
              .filter(({ value }) => Number.isFinite(value))
              .map(({ value, color }) => ({
                value: field.thresholdsInPercent
                  ? range.min + ((range.max - range.min) * value) / 100
                  : value,
                color,
              }))
          : undefined
      }
      syncKey={syncKey}
      onSelect={onSelect}
    />
  );
}
