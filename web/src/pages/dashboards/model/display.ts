// A value as a panel shows it: mapped, formatted, coloured by thresholds.

import { formatValue } from "../../../format/units";
import type { Cell } from "./frames";
import type { Field, Threshold } from "./types";

export interface Shown {
  text: string;
  /** CSS; undefined where nothing asks for a colour. */
  color?: string;
  /** A token of the theme: text may have this colour, too, since its contrast is known. */
  isToken: boolean;
}

// Grafana's names by their hue; the theme has one shade of each.
const HUES: Record<string, string> = {
  green: "--success",
  red: "--danger",
  yellow: "--warning",
  orange: "--warning",
  blue: "--accent",
  purple: "--focus",
};

/** Of Grafana's name, or any CSS colour in a file. */
export function colorOf(name: string): Pick<Shown, "color" | "isToken"> {
  if (name === "" || name === "text" || name === "transparent" || name === "white") {
    return { color: undefined, isToken: true };
  }
  const hue = name.replace(/^(super-light|light|semi-dark|dark)-/, "");
  const token = HUES[hue];
  if (token) return { color: `var(${token})`, isToken: true };
  return /^(#[\da-f]{3,8}|rgba?\([\d\s.,%]+\))$/i.test(name)
    ? { color: name, isToken: false }
    : { color: undefined, isToken: true };
}

/** The field's range where it says none: of the values themselves. */
export function rangeOf(field: Field, values: number[]): { min: number; max: number } {
  const finite = values.filter(Number.isFinite);
  const lowest = finite.reduce((a, b) => Math.min(a, b), 0);
  const highest = finite.reduce((a, b) => Math.max(a, b), lowest);
  const whole = field.unit === "percent" ? 100 : field.unit === "percentunit" ? 1 : highest;
  const min = field.min ?? lowest;
  return { min, max: Math.max(field.max ?? Math.max(whole, highest), min) };
}

export function thresholdFor(
  value: number,
  field: Field,
  range: { min: number; max: number },
): Threshold | undefined {
  const width = range.max - range.min || 1;
  const compared = field.thresholdsInPercent ? ((value - range.min) / width) * 100 : value;
  return field.thresholds.findLast((threshold) => compared >= threshold.value);
}

/** Where thresholds stand on an axis of values; the base has no line. */
export function thresholdLines(field: Field, range: { min: number; max: number }): Threshold[] {
  return field.thresholds
    .filter((threshold) => Number.isFinite(threshold.value))
    .map(({ value, color }) => ({
      value: field.thresholdsInPercent
        ? range.min + ((range.max - range.min) * value) / 100
        : value,
      color: colorOf(color).color ?? "var(--text-muted)",
    }));
}

export function show(
  value: Cell,
  field: Field,
  range: { min: number; max: number } = { min: field.min ?? 0, max: field.max ?? 100 },
): Shown {
  const isNumber = typeof value === "number";
  const given = value === null ? "" : String(value);
  const number = isNumber ? value : value === null || value === "" ? Number.NaN : Number(value);
  const mapping = field.mappings.find((one) => one.matches(number, given));
  const text =
    mapping?.text ??
    (value === null
      ? field.noValue || "–"
      : isNumber
        ? formatValue(value, field.unit, field.decimals)
        : value);
  if (mapping?.color) return { text, ...colorOf(mapping.color) };
  if (field.colorMode === "fixed") return { text, ...colorOf(field.fixedColor) };
  const hasThresholds = field.colorMode === "" || field.colorMode === "thresholds";
  if (!isNumber || Number.isNaN(value) || !hasThresholds) return { text, isToken: true };
  return { text, ...colorOf(thresholdFor(value, field, range)?.color ?? "") };
}
