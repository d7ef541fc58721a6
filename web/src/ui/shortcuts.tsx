// Keyboard shortcuts; "?" lists those of the page that is open. None works while one types or a
// dialog is open.
//
//   useShortcut("t z", "Zoom out", () => zoomOut());   // "/" , "g e", "Shift+R", "Ctrl+Enter"

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "./dialog";
import { KeySequence } from "./shortcut-keys";
import styles from "./shortcuts.module.css";

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
    shortcuts.value = [...shortcuts.peek(), shortcut];
    return () => {
      shortcuts.value = shortcuts.peek().filter((each) => each !== shortcut);
    };
  }, [keys, description]);
}

// Within the editor of queries, too, which is a shadow tree.
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Once, in the shell: listens, and shows the help. */
export function Shortcuts() {
  const [help, setHelp] = useState(false);
  useShortcut("?", "Show the shortcuts", () => setHelp(true));
  useEffect(() => {
    const sequence = new KeySequence();
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.composedPath()[0] ?? null)) return;
      if (document.querySelector("dialog[open]")) return;
      const all = shortcuts.peek();
      const wanted = all.map((each) => each.keys);
      const keys = sequence.press(event, event.timeStamp, wanted);
      if (!keys) return;
      event.preventDefault();
      all.findLast((each) => each.keys === keys)?.run();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <Dialog title="Keyboard shortcuts" open={help} onClose={() => setHelp(false)}>
      <dl class={styles.list}>
        {unique(shortcuts.value).map(({ keys, description }) => (
          <div key={keys} class={styles.entry}>
            <dt>
              {keys.split(" ").map((key, index) => (
                <kbd key={`${key}${index}`} class={styles.key}>
                  {SIGNS[key] ?? key}
                </kbd>
              ))}
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

const SIGNS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** Of those with the same keys the last one works. */
function unique(all: Shortcut[]): Shortcut[] {
  return [...new Map(all.map((each) => [each.keys, each])).values()];
}
