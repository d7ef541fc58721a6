import { expect, test } from "vitest";
import { formatExact, formatTicks, formatValue, isBinary, tickSteps } from "./units";

test("plain numbers are scaled by thousands and cut to four digits", () => {
  expect(formatValue(0)).toBe("0");
  expect(formatValue(1234)).toBe("1.234 k");
  expect(formatValue(-1_500_000)).toBe("-1.5 M");
  expect(formatValue(0.00123)).toBe("0.00123");
  expect(formatValue(999_999)).toBe("1 M");
  expect(formatValue(1.2345678)).toBe("1.235");
  expect(formatValue(3e-9)).toBe("3e-9");
});

test("unscaled numbers keep all digits of the integer part", () => {
  expect(formatValue(1_234_567, "none")).toBe("1234567");
  expect(formatValue(1_234_567.89, "none")).toBe("1234568");
  expect(formatValue(1e21, "none")).toBe("1e21");
});

test("bytes go by 1024 or by 1000, from whichever size the name begins", () => {
  expect(formatValue(512 * 1024 ** 2, "bytes")).toBe("512 MiB");
  expect(formatValue(1023, "bytes")).toBe("1023 B");
  expect(formatValue(1536, "mbytes")).toBe("1.5 GiB");
  expect(formatValue(1_500_000, "decbytes")).toBe("1.5 MB");
  expect(formatValue(2048, "binBps")).toBe("2 KiB/s");
  expect(formatValue(0, "bytes")).toBe("0 B");
});

test("times go from nanoseconds to years", () => {
  expect(formatValue(0.035, "s")).toBe("35 ms");
  expect(formatValue(35, "ms")).toBe("35 ms");
  expect(formatValue(90, "s")).toBe("1.5 min");
  expect(formatValue(86_400, "s")).toBe("1 d");
  expect(formatValue(0.0000005, "s")).toBe("500 ns");
  expect(formatValue(0, "s")).toBe("0 s");
  expect(formatValue(93_784, "dtdurations")).toBe("1 d 2 h 3 min 4 s");
});

test("percent, rates, currencies, own prefixes and suffixes", () => {
  expect(formatValue(0.1234, "percentunit")).toBe("12.34%");
  expect(formatValue(50, "percent")).toBe("50%");
  expect(formatValue(1500, "reqps")).toBe("1.5 k req/s");
  expect(formatValue(-1500, "currencyUSD")).toBe("-$1.5 k");
  expect(formatValue(3, "suffix:apples")).toBe("3 apples");
  expect(formatValue(3, "prefix:no ")).toBe("no 3");
  expect(formatValue(3, "some unit of an own")).toBe("3 some unit of an own");
});

test("what is not finite is named as Prometheus names it", () => {
  for (const unit of ["short", "bytes", "s", "bool", "dateTimeAsIso"]) {
    expect(formatValue(Number.NaN, unit)).toBe("NaN");
    expect(formatValue(Number.POSITIVE_INFINITY, unit)).toBe("+Inf");
    expect(formatValue(Number.NEGATIVE_INFINITY, unit)).toBe("-Inf");
  }
  expect(formatExact(Number.POSITIVE_INFINITY)).toBe("+Inf");
  expect(formatExact(0.1 + 0.2)).toBe("0.30000000000000004");
});

test("decimals are exact where they are asked for", () => {
  expect(formatValue(1.5, "short", 2)).toBe("1.50");
  expect(formatValue(1500, "short", 0)).toBe("2 k");
  expect(formatValue(1.5, "s", -3)).toBe("2 s");
});

test("ticks have as many digits as tell them apart", () => {
  expect(formatTicks([0, 0.5, 1])).toEqual(["0", "0.5", "1"]);
  expect(formatTicks([1_000_000, 1_000_010, 1_000_020])).toEqual(["1 M", "1.00001 M", "1.00002 M"]);
});

test("steps of an axis are round in the unit", () => {
  expect(tickSteps("short")).toBeUndefined();
  expect(tickSteps("bytes")).toContain(1_048_576);
  expect([isBinary("mbytes"), isBinary("decbytes"), isBinary()]).toEqual([true, false, false]);
  expect(tickSteps("s")).toContain(300);
  expect(tickSteps("ms")).toContain(300_000);
});
