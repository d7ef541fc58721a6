// From samples to what is drawn: gaps for what has no place on the axis, sums where series are
// stacked. Pure; chart.test.ts has the cases.

export type Values = (number | null)[];

export interface Shape {
  stacked: boolean;
  logarithmic: boolean;
}

export interface Drawn {
  /** As drawn: null where there is nothing to draw. */
  values: Values;
  /** Indices of samples without a neighbour: a line alone would not show them. */
  isolated: number[];
}

/** NaN and infinities have no place on an axis, zero and below none on a logarithmic one. */
function drawable(values: Values, logarithmic: boolean): Values {
  const has = (value: number | null) =>
    value === null || (Number.isFinite(value) && (!logarithmic || value > 0));
  return values.every(has) ? values : values.map((value) => (has(value) ? value : null));
}

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
function direction(values: Values): 1 | -1 {
  let sum = 0;
  for (const value of values) sum += value ?? 0;
  return sum < 0 ? -1 : 1;
}

export interface Prepared {
  drawn: Drawn[];
  /** Pairs (above, below) of stacked series, between which is filled. */
  bands: [number, number][];
}

/** A hidden series keeps its values and takes no part in the sums. */
export function prepare(series: Values[], visible: boolean[], shape: Shape): Prepared {
  const clean = series.map((values) => drawable(values, shape.logarithmic));
  if (!shape.stacked) {
    return { drawn: clean.map((values) => ({ values, isolated: isolated(values) })), bands: [] };
  }
  const sums: Record<1 | -1, number[]> = { 1: [], [-1]: [] };
  const below: Record<1 | -1, number | undefined> = { 1: undefined, [-1]: undefined };
  const bands: [number, number][] = [];
  const drawn = clean.map((values, index) => {
    if (!visible[index]) return { values, isolated: [] };
    const side = direction(values);
    const sum = sums[side];
    const stacked = values.map((value, i) => {
      if (value === null) return null;
      sum[i] = (sum[i] ?? 0) + value;
      return sum[i] as number;
    });
    const under = below[side];
    if (under !== undefined) bands.push([index, under]);
    below[side] = index;
    return { values: stacked, isolated: isolated(stacked) };
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

/** Of the series that have a sample at `index`, those nearest to the height `y` first. */
export function nearestFirst(
  drawn: Drawn[],
  visible: boolean[],
  index: number,
  distance: (value: number) => number,
): number[] {
  const found: [distance: number, series: number][] = [];
  drawn.forEach((series, i) => {
    const value = series.values[index] ?? null;
    if (visible[i] && value !== null) found.push([distance(value), i]);
  });
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return found.map(([, series]) => series);
}
