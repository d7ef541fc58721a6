// How many samples fell into which bucket, when. Darker is more.

import { useMemo, useState } from "preact/hooks";
import { formatTime } from "../../../format/time";
import { formatValue } from "../../../format/units";
import { type Heat, type HeatRow, heatOf } from "../model/buckets";
import { parseValue } from "../model/frames";
import type { PanelData } from "../model/run";
import styles from "./heatmap.module.css";

export interface HeatmapProps {
  data: PanelData;
  title: string;
  unit: string;
}

interface Place {
  row: number;
  column: number;
}

function boundText(bound: string, unit: string): string {
  const value = parseValue(bound);
  return Number.isFinite(value) ? formatValue(value, unit) : "∞";
}

function cellText(heat: Heat, { row, column }: Place, unit: string): string {
  const bucket = heat.rows[row];
  const time = heat.times[column];
  if (!bucket || time === undefined) return "";
  const from = bucket.from === "" ? "" : `${boundText(bucket.from, unit)} to `;
  const count = bucket.counts[column] ?? null;
  const shown = count === null ? "no sample" : formatValue(count);
  return `${formatTime(time)}, ${from}${boundText(bucket.to, unit)}: ${shown}`;
}

function Cells({ row, y, max }: { row: HeatRow; y: number; max: number }) {
  return (
    <>
      {row.counts.map((count, x) =>
        count ? (
          <rect
            key={x}
            x={x}
            y={y}
            width={1}
            height={1}
            // The eye tells few from none before it tells many from more.
            fill-opacity={(0.12 + 0.88 * Math.sqrt(count / max)).toFixed(3)}
          />
        ) : null,
      )}
    </>
  );
}

export function Heatmap({ data, title, unit }: HeatmapProps) {
  const heat = useMemo(() => heatOf(data.series, data.interval, data.step), [data]);
  const [place, setPlace] = useState<Place>();
  const [columns, rows] = [heat.times.length, heat.rows.length];
  const move = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    setPlace({
      column: Math.min(Math.floor(((event.clientX - box.left) / box.width) * columns), columns - 1),
      row: Math.min(Math.floor(((event.clientY - box.top) / box.height) * rows), rows - 1),
    });
  };
  const labels = useMemo(() => heat.rows.map((row) => boundText(row.to, unit)), [heat, unit]);
  const last = heat.times.at(-1);
  return (
    <div class={styles.heatmap}>
      <div class={styles.labels} aria-hidden="true">
        {labels.map((label, index) => (
          <span key={index}>{label}</span>
        ))}
      </div>
      <svg
        class={styles.cells}
        role="img"
        aria-label={`${title}: ${rows} buckets, at most ${formatValue(heat.max)} in one cell`}
        viewBox={`0 0 ${Math.max(columns, 1)} ${Math.max(rows, 1)}`}
        preserveAspectRatio="none"
        onPointerMove={move}
        onPointerLeave={() => setPlace(undefined)}
      >
        {heat.rows.map((row, y) => (
          <Cells key={row.to} row={row} y={y} max={heat.max} />
        ))}
      </svg>
      <div class={styles.foot}>
        {place ? (
          <span>{cellText(heat, place, unit)}</span>
        ) : (
          <>
            <span>{heat.times[0] !== undefined && formatTime(heat.times[0])}</span>
            <span>{last !== undefined && formatTime(last)}</span>
          </>
        )}
      </div>
    </div>
  );
}
