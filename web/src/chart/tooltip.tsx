// What stands at the cursor: the time and the exact values, those nearest to the cursor first.

import type { Signal } from "@preact/signals";
import { formatTime } from "../format/time";
import { formatExact, formatValue } from "../format/units";
import type { Series } from "./chart";
import type { Hover } from "./plot";
import styles from "./tooltip.module.css";

export interface TooltipProps {
  hover: Signal<Hover | undefined>;
  times: number[];
  series: Series[];
  colors: string[];
  unit?: string;
  decimals?: number;
  /** The box that the plot fills, in CSS pixels. */
  size: { width: number; height: number };
}

const SHOWN = 10;

/** Both what is read at a glance and every digit, where they differ. */
function valueTexts(value: number, unit?: string, decimals?: number): [string, string] {
  const shown = formatValue(value, unit, decimals);
  const exact = formatExact(value);
  return [shown, exact === shown ? "" : exact];
}

const NARROW = 480;
const GAP = 12;

/** On the sides of the cursor that have more room; on all of a narrow graph's width. */
function placeOf({ left, top, low }: Hover, { width, height }: TooltipProps["size"]) {
  const vertical = low ? { bottom: `${height - top + GAP}px` } : { top: `${top + GAP}px` };
  if (width < NARROW) return { ...vertical, left: "0", right: "0" };
  const right = left > width / 2;
  const room = (right ? left : width - left) - GAP;
  const side = right ? { right: `${width - left + GAP}px` } : { left: `${left + GAP}px` };
  return { ...vertical, ...side, maxWidth: `${room}px` };
}

export function Tooltip({ hover, times, series, colors, unit, decimals, size }: TooltipProps) {
  const at = hover.value;
  const time = at && times[at.index];
  if (!at || time === undefined) return null;
  const rows = at.near.slice(0, SHOWN).filter((index) => series[index]);
  const more = at.near.length - rows.length;
  return (
    <div class={styles.tooltip} style={placeOf(at, size)}>
      <div class={styles.time}>{formatTime(time)}</div>
      {rows.length === 0 && <div class={styles.more}>no sample here</div>}
      {rows.map((index, place) => {
        const { name, values } = series[index] as Series;
        const [shown, exact] = valueTexts(values[at.index] as number, unit, decimals);
        return (
          <div key={index} class={place === 0 ? `${styles.row} ${styles.nearest}` : styles.row}>
            <span class={styles.swatch} style={{ background: colors[index] }} />
            <span class={styles.name}>{name || "(no labels)"}</span>
            <span class={styles.value}>
              {shown}
              {exact && <span class={styles.exact}>{exact}</span>}
            </span>
          </div>
        );
      })}
      {more > 0 && <div class={styles.more}>{more} more</div>}
    </div>
  );
}

/** The same for a screen reader, in one sentence. */
export function spoken(
  hover: Hover | undefined,
  { times, series, unit, decimals }: Omit<TooltipProps, "hover" | "colors" | "size">,
): string {
  const time = hover && times[hover.index];
  if (!hover || time === undefined) return "";
  const first = hover.near.slice(0, 3).flatMap((index) => {
    const each = series[index];
    const value = each?.values[hover.index];
    return each && value != null ? [`${each.name} ${formatValue(value, unit, decimals)}`] : [];
  });
  const more = hover.near.length - first.length;
  const rest = more > 0 ? `; ${more} more` : "";
  return `${formatTime(time)}: ${first.join("; ") || "no sample"}${rest}`;
}
