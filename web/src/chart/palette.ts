// Colours that tell series apart. They are data, not theme: each stands out by 3:1 at least from
// the surfaces of both themes (palette.test.ts), next ones differ in hue.

export type Tone = "light" | "dark";

export const PALETTE: Record<Tone, readonly string[]> = {
  light: [
    "#1668b8",
    "#c2500a",
    "#1e8440",
    "#b8325e",
    "#7b4bc0",
    "#0b7f8a",
    "#8c6a00",
    "#d0312d",
    "#52617a",
    "#a8399c",
    "#5b7d12",
    "#8a4f2d",
  ],
  dark: [
    "#5aa9f0",
    "#f59d56",
    "#62c97f",
    "#f0789f",
    "#b394f2",
    "#4cc9d0",
    "#dfc04b",
    "#ff7f78",
    "#a3b1c6",
    "#e383d8",
    "#a9cb5a",
    "#cf9a78",
  ],
};

// The names that Grafana's thresholds and overrides have, beside CSS' own.
const NAMED: Record<string, Record<Tone, string>> = {
  green: { light: "#1e8440", dark: "#62c97f" },
  yellow: { light: "#8c6a00", dark: "#dfc04b" },
  orange: { light: "#c2500a", dark: "#f59d56" },
  red: { light: "#c5221f", dark: "#ff7f78" },
  blue: { light: "#1668b8", dark: "#5aa9f0" },
  purple: { light: "#7b4bc0", dark: "#b394f2" },
  transparent: { light: "transparent", dark: "transparent" },
  text: { light: "#16202b", dark: "#e5eaf0" },
};

/** Of a colour as a dashboard names it: "red", "semi-dark-red", "#ff0000", "rgb(1, 2, 3)". */
export function namedColor(name: string, tone: Tone): string {
  const plain = name.replace(/^(super-light|light|semi-dark|dark)-/, "");
  return NAMED[plain]?.[tone] ?? name;
}

export function seriesColor(index: number, tone: Tone): string {
  const colors = PALETTE[tone];
  return colors[index % colors.length] as string;
}

/** The colour with an opacity of 0..1; what is no #rrggbb is left to the canvas as it is. */
export function translucent(color: string, opacity: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return color;
  const alpha = Math.round(Math.min(Math.max(opacity, 0), 1) * 255);
  return color + alpha.toString(16).padStart(2, "0");
}
