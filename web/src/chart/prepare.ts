// From samples to what is drawn: gaps for what has no place on the axis, sums where series are
// stacked. Pure; chart.test.ts has the cases.

export type Values = (number | null)[];

export interface Shape {
  stacked: boolean;
  logarithmic: boolean;
}

/** NaN and infinities have no place on an axis, zero and below none on a logarithmic one. */
function drawable(values: Values, logarithmic: boolean): Values {
  const has = (value: number | null) =>
    value === null || (Number.isFinite(value) && (!logarithmic || value > 0));
  return values.every(has) ? values : values.map((value) => (has(value) ? value : null));
}

/** Indices of samples without a neighbour: a line alone would not show them. */
export function isolated(values: Values): number[] {
  const found: number[] = [];
  let before: number | null | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (value !== null && (before ?? null) === null && (values[i + 1] ?? null) === null) {
      found.push(i);
    }
    before = value;
  }
  return found;
}

/** -1 for a series that is below zero more than above it: those are stacked downwards. */
function sideOf(values: Values): Side {
  let sum = 0;
  for (const value of values) sum += value ?? 0;
  return sum < 0 ? -1 : 1;
}

export interface Prepared {
  /** As drawn: null where there is nothing to draw. */
  drawn: Values[];
  /** Neighbours of a stack, between which is filled; side -1 is below zero. */
  bands: Band[];
}

export type Side = 1 | -1;
export type Band = [outer: number, inner: number, side: Side];

/** For each moment the last visible series of either side that has a value there. */
function outermostOf(series: Values[], visible: boolean[], sides: Side[]): Record<Side, number[]> {
  const found: Record<Side, number[]> = { 1: [], [-1]: [] };
  series.forEach((values, index) => {
    if (!visible[index]) return;
    const last = found[sides[index] as Side];
    values.forEach((value, i) => {
      if (value !== null) last[i] = index;
    });
  });
  return found;
}

/** A hidden series keeps its values and takes no part in the sums. */
export function prepare(series: Values[], visible: boolean[], shape: Shape): Prepared {
  const clean = series.map((values) => drawable(values, shape.logarithmic));
  if (!shape.stacked) {
    return { drawn: clean, bands: [] };
  }
  const sides = clean.map(sideOf);
  const outermost = outermostOf(clean, visible, sides);
  const sums: Record<Side, number[]> = { 1: [], [-1]: [] };
  const inner: Record<Side, number | undefined> = { 1: undefined, [-1]: undefined };
  const bands: Band[] = [];
  const drawn = clean.map((values, index) => {
    if (!visible[index]) return values;
    const side = sides[index] as Side;
    const sum = sums[side];
    const stacked = values.map((value, i) => {
      // Where a series beyond goes on, the gap is of no height: the band between would have a hole.
      if (value === null && index > (outermost[side][i] ?? -1)) return null;
      sum[i] = (sum[i] ?? 0) + (value ?? 0);
      return sum[i] as number;
    });
    const within = inner[side];
    if (within !== undefined) bands.push([index, within, side]);
    inner[side] = index;
    return stacked;
  });
  return { drawn, bands };
}

export interface Summary {
  last: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
}

/** Over all samples of a series; those that are NaN count for `last` alone. */
export function summarize(values: Values): Summary {
  let last: number | null = null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    last = value;
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  if (count === 0) return { last, min: null, max: null, mean: null };
  return { last, min, max, mean: sum / count };
}

/** NaN and infinities are samples, too, though they are drawn nowhere. */
function hasSample(values: Values | undefined, index: number): boolean {
  return (values?.[index] ?? null) !== null;
}

/**
 * Of the series that have a sample at `index`, those that are drawn nearest first, by `distance`
 * of what is drawn; then those that are not drawn.
 */
export function nearestFirst(
  series: Values[],
  drawn: Values[],
  visible: boolean[],
  index: number,
  distance: (value: number) => number,
): number[] {
  const found: [distance: number, series: number][] = [];
  drawn.forEach((values, i) => {
    if (!visible[i] || !hasSample(series[i], index)) return;
    const value = values[index] ?? null;
    found.push([value === null ? Number.POSITIVE_INFINITY : distance(value), i]);
  });
  found.sort(([a, i], [b, j]) => (a === b ? i - j : a - b));
  return found.map(([, i]) => i);
}
