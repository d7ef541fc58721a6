// Keyboard shortcuts; "?" lists those of the page that is open. None works while one types.
//
//   useShortcut("t z", "Zoom out", () => zoomOut());   // "/" , "g e", "Shift+R", "Ctrl+Enter"

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Shortcut {
  /** Keys after each other are separated by a space. */
  keys: string;
  description: string;
  run: () => void;
}

export const shortcuts = signal<Shortcut[]>([]);

export function useShortcut(keys: string, description: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shortcut = { keys, description, run: () => latest.current() };
    shortcuts.value = [...shortcuts.value, shortcut];
    return () => {
      shortcuts.value = shortcuts.value.filter((each) => each !== shortcut);
    };
  }, [keys, description]);
}
