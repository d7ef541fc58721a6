// A part of the page with its heading, and what works on it at the right.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import styles from "./section.module.css";

interface Props {
  title: string;
  note?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ title, note, actions, children }: Props) {
  const id = useId();
  return (
    <section class={styles.section} aria-labelledby={id}>
      <header class={styles.header}>
        <h2 id={id}>{title}</h2>
        {actions && <div class={styles.actions}>{actions}</div>}
      </header>
      {note && <p class={styles.note}>{note}</p>}
      {children}
    </section>
  );
}
