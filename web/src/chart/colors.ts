// The theme's colours for a canvas, which knows no custom properties. They change with the
// reader's choice (data-theme) and with the system's.

import { signal } from "@preact/signals";
import type { Tone } from "./palette";

export interface Colors {
  tone: Tone;
  text: string;
  muted: string;
  grid: string;
  surface: string;
}

function read(): Colors {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const resolved = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const chosen = getComputedStyle(document.documentElement).colorScheme;
  const system = matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = chosen.includes("dark") && (!chosen.includes("light") || system);
  const colors: Colors = {
    tone: dark ? "dark" : "light",
    text: resolved("--text"),
    muted: resolved("--text-muted"),
    grid: resolved("--border"),
    surface: resolved("--surface"),
  };
  probe.remove();
  return colors;
}

const current = signal<Colors | undefined>(undefined);

/** Read in a component, it draws again when the theme changes. */
export function themeColors(): Colors {
  if (current.value) return current.value;
  const update = () => {
    current.value = read();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
  new MutationObserver(update).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
  const colors = read();
  // Not while a component is drawn: that would have it drawn again at once.
  queueMicrotask(() => {
    current.value ??= colors;
  });
  return colors;
}
