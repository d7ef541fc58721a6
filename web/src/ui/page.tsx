// The frame of a page: its title (also the tab's) and, at the right, what works on the whole page.
//
//   <Page title="Explore" actions={<TimePicker time={time} />}>...</Page>

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import styles from "./page.module.css";

export interface PageProps {
  title: string;
  /** Beside the title: tags, a link back. */
  subtitle?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Page({ title, subtitle, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Tributary`;
  }, [title]);
  return (
    <div class={styles.page}>
      <header class={styles.header}>
        <h1>{title}</h1>
        {subtitle && <div class={styles.subtitle}>{subtitle}</div>}
        {actions && <div class={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
