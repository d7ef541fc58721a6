// A short word about what has been done; it goes by itself. Errors that need an answer are
// ErrorNotice's.
//
//   toast("Dashboard saved");

import { signal } from "@preact/signals";
import styles from "./toast.module.css";

interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 6000;
const toasts = signal<Toast[]>([]);
let last = 0;

export function toast(text: string): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  }, SHOWN_MS);
}

/** Once, in the shell. */
export function Toasts() {
  return (
    <div class={styles.toasts} role="status" aria-live="polite">
      {toasts.value.map((each) => (
        <div key={each.id} class={styles.toast}>
          {each.text}
        </div>
      ))}
    </div>
  );
}
