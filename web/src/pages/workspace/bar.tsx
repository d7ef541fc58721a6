// How much of a whole: a bar and the figure beside it. Amber from 80 %, red from 95 % where the
// whole is a limit.

import styles from "./bar.module.css";

export function Bar({ share, limit }: { share: number; limit?: boolean }) {
  const level = !limit || share < 0.8 ? "" : share < 0.95 ? styles.high : styles.full;
  return (
    <span class={styles.row}>
      <span class={styles.track} aria-hidden="true">
        <span
          class={`${styles.fill} ${level}`}
          style={{ width: `${Math.min(Math.max(share, 0), 1) * 100}%` }}
        />
      </span>
      <span class={styles.figure}>{percent(share)}</span>
    </span>
  );
}

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}
