// The room that loading data will take.
//
//   <Skeleton height={240} label="Loading series" />

import styles from "./skeleton.module.css";

export interface SkeletonProps {
  /** In pixels. */
  height: number;
  /** For screen readers. */
  label?: string;
}

export function Skeleton({ height, label = "Loading" }: SkeletonProps) {
  return (
    <div class={styles.skeleton} style={{ height: `${height}px` }} role="status">
      <span class="visually-hidden">{label}</span>
    </div>
  );
}
