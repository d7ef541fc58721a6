// Which shortcut the keys that somebody presses amount to: "t z" is t and then z, "Shift+R" both
// at once. Case does not matter.

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** After this long the first key of a sequence is forgotten. */
const SEQUENCE_MS = 1500;

/** "Ctrl+Enter"; Shift is said for letters and named keys only, since "?" has it in itself. */
export function nameOf(press: KeyPress): string {
  const { key } = press;
  const shifted = press.shiftKey && (key.length > 1 || /[a-z]/i.test(key));
  const name = key === " " ? "Space" : key;
  return [
    press.ctrlKey || press.metaKey ? "ctrl+" : "",
    press.altKey ? "alt+" : "",
    shifted ? "shift+" : "",
    name.toLowerCase(),
  ].join("");
}

export class KeySequence {
  private pressed: string[] = [];
  private lastMs = 0;

  /** The one of `wanted` that is complete with this key, or nothing. */
  press(press: KeyPress, nowMs: number, wanted: readonly string[]): string | undefined {
    if (/^(Shift|Control|Alt|Meta)$/.test(press.key)) return undefined;
    if (nowMs - this.lastMs > SEQUENCE_MS) this.pressed = [];
    this.lastMs = nowMs;
    this.pressed.push(nameOf(press));
    // The longest first: "g g" before "g"; what leads nowhere is dropped from its beginning.
    for (; this.pressed.length > 0; this.pressed.shift()) {
      const text = this.pressed.join(" ");
      const found = wanted.find((keys) => keys.toLowerCase() === text);
      if (found) {
        this.pressed = [];
        return found;
      }
      if (wanted.some((keys) => keys.toLowerCase().startsWith(`${text} `))) return undefined;
    }
    return undefined;
  }
}
