// Nothing to show, and what to do about it.
//
//   <Empty title="No writer yet"><p>Point a collector's remote_write at ...</p></Empty>

import type { ComponentChildren } from "preact";
import styles from "./empty.module.css";

export interface EmptyProps {
  title: string;
  children?: ComponentChildren;
  /** The height that data would take, in pixels, so that nothing jumps when they come. */
  height?: number;
}

export function Empty({ title, children, height }: EmptyProps) {
  return (
    <div class={styles.empty} style={height ? { minHeight: `${height}px` } : undefined}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}
