import { expect, test } from "vitest";
import { namedColor, PALETTE, seriesColor, type Tone, translucent } from "./palette";

// --surface of theme.css.
const SURFACE: Record<Tone, string> = { light: "#ffffff", dark: "#181d23" };

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test("every colour stands out from its theme's surface", () => {
  for (const tone of ["light", "dark"] as Tone[]) {
    for (const color of PALETTE[tone]) expect(contrast(color, SURFACE[tone])).toBeGreaterThan(3.5);
  }
});

test("series beyond the palette begin it again", () => {
  expect(seriesColor(0, "light")).toBe(seriesColor(12, "light"));
});

test("Grafana's names are known with their shades, others pass", () => {
  expect(namedColor("semi-dark-red", "dark")).toBe(namedColor("red", "dark"));
  expect(namedColor("#123456", "dark")).toBe("#123456");
});

test("opacity is added to plain colours alone", () => {
  expect(translucent("#102030", 0.5)).toBe("#10203080");
  expect(translucent("tomato", 0.5)).toBe("tomato");
});
