// Light or dark: the reader's choice, or without one the system's.
//
//   const scheme = useColorScheme();        // "light" | "dark"; changes redraw what uses it
//   chooseTheme("system")

import { computed, signal } from "@preact/signals";
import { keepChoice, keptChoice } from "./kept";

export type Theme = "system" | "light" | "dark";
export type ColorScheme = "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

function read(): Theme {
  const kept = keptChoice("theme");
  return THEMES.find((theme) => theme === kept) ?? "system";
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(dark.matches);
dark.addEventListener("change", () => {
  systemIsDark.value = dark.matches;
});

export const theme = signal<Theme>(read());
export const colorScheme = computed<ColorScheme>(() =>
  theme.value === "system" ? (systemIsDark.value ? "dark" : "light") : theme.value,
);

theme.subscribe((chosen) => {
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
});

export function chooseTheme(chosen: Theme): void {
  keepChoice("theme", chosen);
  theme.value = chosen;
}

// Another tab has chosen.
addEventListener("storage", () => {
  theme.value = read();
});

export function useColorScheme(): ColorScheme {
  return colorScheme.value;
}
