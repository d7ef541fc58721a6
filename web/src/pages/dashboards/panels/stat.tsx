// One big figure for each series, with a line of how it came about.

import type { SeriesData } from "../model/frames";
import type { Panel } from "../model/types";
import styles from "./stat.module.css";
import type { ReducedValue } from "./values";

export interface StatProps {
  panel: Panel;
  values: ReducedValue[];
}

// More figures than these are a list that nobody reads; the rest is counted.
const SHOWN_MAX = 60;

export function Stat({ panel, values }: StatProps) {
  const shown = values.slice(0, SHOWN_MAX);
  return (
    <div class={styles.values} data-wide={panel.options.orientation !== "vertical"}>
      {shown.map((each) => (
        <Figure key={each.key} panel={panel} value={each} alone={values.length === 1} />
      ))}
      {values.length > shown.length && <p>and {values.length - shown.length} more</p>}
    </div>
  );
}

function Figure({ panel, value, alone }: { panel: Panel; value: ReducedValue; alone: boolean }) {
  const { textMode, colorMode, graph } = panel.options;
  const { color, isToken, text } = value.shown;
  const isColored = colorMode === "value" && isToken;
  const hasName =
    textMode === "name" || textMode === "value_and_name" || (textMode === "auto" && !alone);
  const mark = color && (colorMode === "background" || (colorMode === "value" && !isToken));
  return (
    <div
      class={mark ? `${styles.figure} ${styles.marked}` : styles.figure}
      style={mark ? { "--mark": color } : undefined}
    >
      {hasName && <div class={styles.name}>{value.name}</div>}
      {textMode !== "name" && textMode !== "none" && (
        <div class={styles.value} style={isColored ? { color } : undefined}>
          {text}
        </div>
      )}
      {graph && <Sparkline series={value.series} color={color} />}
    </div>
  );
}

const WIDTH = 100;
const HEIGHT = 24;

function Sparkline({ series, color }: { series: SeriesData; color?: string }) {
  const points = series.values
    .map((value, index) => [series.times[index] as number, value] as const)
    .filter(([, value]) => Number.isFinite(value));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return null;
  const lowest = points.reduce((least, [, value]) => Math.min(least, value), Infinity);
  const highest = points.reduce((most, [, value]) => Math.max(most, value), -Infinity);
  const height = highest - lowest || 1;
  const place = ([time, value]: readonly [number, number]) => {
    const x = ((time - first[0]) / (last[0] - first[0])) * WIDTH;
    const y = HEIGHT - 1 - ((value - lowest) / height) * (HEIGHT - 2);
    return `${x.toFixed(2)} ${(highest === lowest ? HEIGHT - 1 : y).toFixed(2)}`;
  };
  const line = points.map(place).join("L");
  return (
    <svg
      class={styles.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ color: color ?? "var(--accent)" }}
    >
      <path class={styles.area} d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`} />
      <path class={styles.line} d={`M${line}`} />
    </svg>
  );
}
