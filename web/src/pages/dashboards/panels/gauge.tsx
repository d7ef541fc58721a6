// How far a value is between min and max: as an arc, or as a bar beside others.

import { thresholdLines } from "../model/display";
import styles from "./gauge.module.css";
import type { ReducedValue } from "./values";

function share({ value, range }: ReducedValue): number {
  if (value === null || Number.isNaN(value)) return 0;
  const width = range.max - range.min;
  return width > 0 ? Math.min(Math.max((value - range.min) / width, 0), 1) : 0;
}

const RADIUS = 42;
// An arc of 240 degrees, open below.
const SWEEP = (240 / 360) * 2 * Math.PI * RADIUS;

function tick(at: number): { x1: number; y1: number; x2: number; y2: number } {
  const angle = ((150 + at * 240) * Math.PI) / 180;
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  return { x1: 50 + x * 33, y1: 50 + y * 33, x2: 50 + x * 36, y2: 50 + y * 36 };
}

function Arc({ value, alone }: { value: ReducedValue; alone: boolean }) {
  const { min, max } = value.range;
  const marks = thresholdLines(value.field, value.range)
    .filter((line) => line.value > min && line.value < max)
    .map((line) => ({ ...tick((line.value - min) / (max - min)), color: line.color }));
  return (
    <div class={styles.gauge}>
      <svg class={styles.arc} viewBox="4 4 92 74" aria-hidden="true">
        <circle
          class={styles.track}
          cx="50"
          cy="50"
          r={RADIUS}
          stroke-dasharray={`${SWEEP} 400`}
          transform="rotate(150 50 50)"
        />
        <circle
          class={styles.filled}
          cx="50"
          cy="50"
          r={RADIUS}
          stroke-dasharray={`${SWEEP * share(value)} 400`}
          transform="rotate(150 50 50)"
          style={{ stroke: value.shown.color ?? "var(--accent)" }}
        />
        {marks.map(({ color, ...line }) => (
          <line key={color + line.x1} {...line} stroke-width="2" style={{ stroke: color }} />
        ))}
      </svg>
      <div class={styles.value}>{value.shown.text}</div>
      {!alone && <div class={styles.name}>{value.name}</div>}
    </div>
  );
}

export function Gauge({ values }: { values: ReducedValue[] }) {
  return (
    <div class={styles.gauges}>
      {values.map((value) => (
        <Arc key={value.key} value={value} alone={values.length === 1} />
      ))}
    </div>
  );
}

export function BarGauge({ values }: { values: ReducedValue[] }) {
  return (
    <ul class={styles.bars}>
      {values.map((value) => (
        <li key={value.key}>
          <span class={styles.barName}>{value.name}</span>
          <span class={styles.bar} aria-hidden="true">
            <span
              style={{
                width: `${share(value) * 100}%`,
                background: value.shown.color ?? "var(--accent)",
              }}
            />
          </span>
          <span
            class={styles.barValue}
            style={value.shown.isToken ? { color: value.shown.color } : undefined}
          >
            {value.shown.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
