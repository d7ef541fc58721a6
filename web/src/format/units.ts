// Numbers as people read them, by Grafana's names of units.

import { formatTime } from "./time";

interface Scale {
  /** Ascending; the largest that is not above the value is taken, else the first. */
  steps: [factor: number, suffix: string][];
  /** Of one of this unit in that of the steps: 0.001 for "ms" where the steps are of "s". */
  factor?: number;
  prefix?: string;
  /** Steps of an axis are multiples of powers of 2. */
  binary?: boolean;
  /** Steps of an axis are minutes and hours above 60. */
  duration?: boolean;
}

const SI = ["", "k", "M", "G", "T", "P", "E"];
const IEC = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

function si(suffix: string, power = 0, small = false): Scale {
  const steps: Scale["steps"] = SI.map((p, i) => [1000 ** i, p + suffix]);
  if (small) {
    const below: Scale["steps"] = ["n", "µ", "m"].map((p, i) => [1000 ** (i - 3), p + suffix]);
    steps.unshift(...below);
  }
  return { steps, factor: 1000 ** power };
}
function iec(suffix: string, power = 0): Scale {
  return {
    steps: IEC.map((p, i) => [1024 ** i, p + suffix]),
    factor: 1024 ** power,
    binary: true,
  };
}
function plain(suffix: string, factor = 1): Scale {
  return { steps: [[1, suffix]], factor };
}
function time(factor: number): Scale {
  return {
    steps: [
      [1e-9, "ns"],
      [1e-6, "µs"],
      [1e-3, "ms"],
      [1, "s"],
      [60, "min"],
      [3600, "h"],
      [86_400, "d"],
      [31_536_000, "y"],
    ],
    factor,
    duration: true,
  };
}
function money(prefix: string): Scale {
  return { ...si(""), prefix };
}

const RATES: Record<string, string> = {
  cps: "c/s",
  ops: "ops/s",
  reqps: "req/s",
  rps: "rd/s",
  wps: "wr/s",
  iops: "io/s",
  eps: "ev/s",
  mps: "msg/s",
  recps: "rec/s",
  rowsps: "rows/s",
  pps: "p/s",
  cpm: "c/min",
  opm: "ops/min",
  reqpm: "req/min",
  rpm: "rd/min",
  wpm: "wr/min",
};

const SCALES: Record<string, Scale> = {
  short: si(""),
  none: plain(""),
  locale: plain(""),
  percent: plain("%"),
  percentunit: plain("%", 100),
  humidity: plain("%H"),
  celsius: plain("°C"),
  fahrenheit: plain("°F"),
  kelvin: plain("K"),
  hertz: si("Hz"),
  rotrpm: plain("rpm"),
  watt: si("W"),
  volt: si("V", 0, true),
  amp: si("A", 0, true),
  joule: si("J"),
  bytes: iec("B"),
  kbytes: iec("B", 1),
  mbytes: iec("B", 2),
  gbytes: iec("B", 3),
  decbytes: si("B"),
  deckbytes: si("B", 1),
  decmbytes: si("B", 2),
  decgbytes: si("B", 3),
  bits: iec("b"),
  decbits: si("b"),
  binBps: iec("B/s"),
  Bps: si("B/s"),
  KiBs: iec("B/s", 1),
  MiBs: iec("B/s", 2),
  KBs: si("B/s", 1),
  MBs: si("B/s", 2),
  binbps: iec("b/s"),
  bps: si("b/s"),
  Kbits: si("b/s", 1),
  Mbits: si("b/s", 2),
  ns: time(1e-9),
  µs: time(1e-6),
  us: time(1e-6),
  ms: time(1e-3),
  s: time(1),
  m: time(60),
  h: time(3600),
  d: time(86_400),
  currencyUSD: money("$"),
  currencyEUR: money("€"),
  currencyGBP: money("£"),
};
for (const [name, suffix] of Object.entries(RATES)) SCALES[name] = si(` ${suffix}`);

function scaleOf(unit: string): Scale {
  const known = SCALES[unit];
  if (known) return known;
  const custom = /^(suffix|prefix|si|count):(.*)$/s.exec(unit);
  if (!custom) return unit === "" ? (SCALES.short as Scale) : plain(unit);
  const text = custom[2] as string;
  switch (custom[1]) {
    case "suffix":
      return plain(text);
    case "prefix":
      return { ...plain(""), prefix: text };
    default:
      return si(text, 0, custom[1] === "si");
  }
}

/** Units that people choose from; any other text is shown as it is behind the number. */
export const UNITS: { name: string; label: string }[] = [
  { name: "short", label: "number" },
  { name: "none", label: "number, unscaled" },
  { name: "bytes", label: "bytes (1024)" },
  { name: "decbytes", label: "bytes (1000)" },
  { name: "binBps", label: "bytes per second" },
  { name: "s", label: "seconds" },
  { name: "ms", label: "milliseconds" },
  { name: "percent", label: "percent (0-100)" },
  { name: "percentunit", label: "percent (0-1)" },
  { name: "reqps", label: "requests per second" },
  { name: "hertz", label: "hertz" },
];

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return undefined;
}

/** At least `digits` significant digits, all of the integer part, no zeros at the end. */
function shorten(value: number, digits: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e15 || size < 1e-6) return value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = value.toFixed(Math.min(decimals, 20));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function clock(seconds: number): string {
  const sizes: [number, string][] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  let rest = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  for (const [size, name] of sizes) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || (size === 1 && parts.length === 0)) parts.push(`${count} ${name}`);
  }
  return (seconds < 0 ? "-" : "") + parts.join(" ");
}

const dateTime = (ms: number) => formatTime(Math.floor(ms / 1000));

// Units whose values are no scaled numbers.
const SPELT: Record<string, (value: number) => string> = {
  string: (value) => String(value),
  bool: (value) => (value ? "true" : "false"),
  bool_yes_no: (value) => (value ? "yes" : "no"),
  bool_on_off: (value) => (value ? "on" : "off"),
  sci: (value) => value.toExponential(),
  hex: (value) => value.toString(16).toUpperCase(),
  hex0x: (value) => `0x${value.toString(16).toUpperCase()}`,
  dtdurations: clock,
  dtdurationms: (value) => clock(value / 1000),
  dthms: clock,
  clocks: clock,
  clockms: (value) => clock(value / 1000),
  dateTimeAsIso: dateTime,
  dateTimeAsIsoNoDateIfToday: dateTime,
  dateTimeAsUS: dateTime,
  dateTimeAsLocal: dateTime,
  dateTimeFromNow: (value) => {
    const seconds = (value - Date.now()) / 1000;
    return seconds < 0 ? `${formatValue(-seconds, "s")} ago` : `in ${formatValue(seconds, "s")}`;
  },
};

/** Symbols stand at the number, words and letters behind a space. */
function join(number: string, suffix: string): string {
  if (suffix === "") return number;
  return suffix === "%" || suffix.startsWith(" ") ? number + suffix : `${number} ${suffix}`;
}

function scaled(value: number, unit: string, text: (value: number) => string): string {
  const scale = scaleOf(unit);
  const base = value * (scale.factor ?? 1);
  // What rounds up to the next step belongs to it: 999.99 k is 1 M.
  const size = Math.abs(base) * 1.00001;
  const first = scale.steps[0] as [number, string];
  const neutral = scale.steps.find(([factor]) => factor === 1) ?? first;
  const step = base === 0 ? neutral : (scale.steps.findLast(([f]) => f <= size) ?? first);
  const number = text(base / step[0]);
  const sign = scale.prefix && number.startsWith("-") ? "-" : "";
  return join(sign + (scale.prefix ?? "") + number.slice(sign.length), step[1]);
}

/**
 * The value with its unit, about four significant digits: "1.234 k", "512 MiB", "35 ms", "NaN";
 * `decimals` gives exactly so many places.
 */
export function formatValue(value: number, unit = "short", decimals?: number): string {
  const name = special(value);
  if (name !== undefined) return name;
  const spelt = SPELT[unit];
  if (spelt) return spelt(value);
  return scaled(value, unit, (n) => (decimals === undefined ? shorten(n, 4) : fixed(n, decimals)));
}

function fixed(value: number, decimals: number): string {
  return value.toFixed(Math.min(Math.max(Math.trunc(decimals), 0), 20));
}

/** Every digit that the value has, as Prometheus writes it: "0.30000000000000004", "+Inf". */
export function formatExact(value: number): string {
  return special(value) ?? String(value);
}

/** Labels of an axis: as short as they can be and still differ. */
export function formatTicks(values: number[], unit = "short", decimals?: number): string[] {
  if (decimals !== undefined || SPELT[unit]) {
    return values.map((value) => formatValue(value, unit, decimals));
  }
  let texts: string[] = [];
  for (let digits = 3; digits <= 15; digits++) {
    texts = values.map((value) => special(value) ?? scaled(value, unit, (n) => shorten(n, digits)));
    if (new Set(texts).size === values.length) break;
  }
  return texts;
}

/** Its steps are powers of 2: so are those of a logarithmic axis. */
export function isBinary(unit = "short"): boolean {
  return scaleOf(unit).binary === true;
}

const DURATION_STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Distances between an axis' ticks that look round in this unit; nothing: powers of ten do. */
export function tickSteps(unit = "short"): number[] | undefined {
  const scale = scaleOf(unit);
  const factor = scale.factor ?? 1;
  if (scale.binary) return Array.from({ length: 83 }, (_, i) => 2 ** (i - 20) / factor);
  if (!scale.duration) return undefined;
  const decimal: number[] = [];
  for (let power = -12; power < 2; power++) {
    for (const digit of [1, 2, 5]) decimal.push(digit * 10 ** power);
  }
  const short = decimal.filter((step) => step < 60);
  const days = Array.from({ length: 40 }, (_, i) => 86_400 * 2 ** (i + 1));
  return [...short, ...DURATION_STEPS, ...days].map((step) => step / factor);
}
