// Light or dark: the reader's choice, or without one the system's.
//
//   const scheme = useColorScheme();        // "light" | "dark"; changes redraw what uses it
//   chooseTheme("system")

import { computed, signal } from "@preact/signals";
import { choiceOf } from "./kept";

export type Theme = "system" | "light" | "dark";
export type ColorScheme = "light" | "dark";

export const THEMES = ["system", "light", "dark"] as const satisfies readonly Theme[];

export const { chosen: theme, choose: chooseTheme } = choiceOf<Theme>("theme", THEMES);

const dark = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(dark.matches);
dark.addEventListener("change", () => {
  systemIsDark.value = dark.matches;
});

export const colorScheme = computed<ColorScheme>(() =>
  theme.value === "system" ? (systemIsDark.value ? "dark" : "light") : theme.value,
);

theme.subscribe((chosen) => {
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
});

export function useColorScheme(): ColorScheme {
  return colorScheme.value;
}
