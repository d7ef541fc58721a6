// Reducers: one number of a series' samples, by Grafana's names.

type Reducer = (values: number[]) => number | null;

function isNumber(value: number): boolean {
  return !Number.isNaN(value);
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const smallest = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
const largest = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);

function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}

function variance(values: number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}

// Of samples that are numbers; at least one.
const REDUCERS: Record<string, (values: number[]) => number> = {
  lastNotNull: (values) => values.at(-1) as number,
  firstNotNull: (values) => values[0] as number,
  min: smallest,
  max: largest,
  mean: (values) => sum(values) / values.length,
  median: (values) => quantile(values, 0.5),
  sum,
  count: (values) => values.length,
  range: (values) => largest(values) - smallest(values),
  diff: (values) => (values.at(-1) as number) - (values[0] as number),
  diffperc: (values) => ((values.at(-1) as number) - (values[0] as number)) / (values[0] as number),
  delta: (values) => sum(values.map((value, at) => Math.max(value - (values[at - 1] ?? value), 0))),
  stdDev: (values) => Math.sqrt(variance(values)),
  variance,
};

// As Grafana called them once.
const ALIASES: Record<string, string> = { current: "lastNotNull", avg: "mean", total: "sum" };

export function reducerOf(name: string): Reducer | undefined {
  if (name === "last") return (values) => values.at(-1) ?? null;
  if (name === "first") return (values) => values[0] ?? null;
  const percentile = /^p(\d{1,2})$/.exec(name);
  const reducer =
    REDUCERS[ALIASES[name] ?? name] ??
    (percentile && ((values: number[]) => quantile(values, Number(percentile[1]) / 100)));
  if (!reducer) return undefined;
  return (values) => {
    const numbers = values.filter(isNumber);
    return numbers.length > 0 ? reducer(numbers) : null;
  };
}
