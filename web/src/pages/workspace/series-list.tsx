// Series that a deletion would hit: how many of each metric, and the first of them.

import styles from "./delete-series.module.css";
import { type Preview, seriesText } from "./preview";

const METRICS_LISTED = 20;
const LISTED = 200;

export function SeriesList({ preview }: { preview: Preview }) {
  return (
    <>
      <ul class={styles.metrics} aria-label="By metric">
        {preview.byMetric.slice(0, METRICS_LISTED).map(({ metric, count }) => (
          <li key={metric}>
            <code>{metric}</code> {count.toLocaleString("en")}
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class={styles.series} tabIndex={0} aria-label="Series that match">
        <pre>{preview.series.slice(0, LISTED).map(seriesText).join("\n")}</pre>
        {preview.series.length > LISTED && <p>The first {LISTED} of them.</p>}
      </section>
    </>
  );
}
