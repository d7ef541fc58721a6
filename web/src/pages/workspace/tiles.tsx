// The figures of now, at the top of the page.

import type { ComponentChildren } from "preact";
import type { Activity } from "../../api/types";
import { formatValue } from "../../format/units";
import { Bar } from "./bar";
import styles from "./tiles.module.css";
import { homeOf } from "./writer-rows";

export function Tiles({ activity }: { activity: Activity | undefined }) {
  const rate = (value: number | undefined) =>
    value === undefined ? "–" : `${formatValue(Number(value.toPrecision(3)), "short")}/s`;
  const series = activity?.series;
  const noLimit = series ? "no limit" : "–";
  const refused = activity?.ingest.refusedPerSecond ?? 0;
  return (
    <dl class={styles.tiles} aria-label="Last minute">
      <Tile name="Samples" value={rate(activity?.ingest.samplesPerSecond)}>
        {rate(activity?.ingest.requestsPerSecond)} writes
      </Tile>
      <Tile name="Refused" value={rate(activity?.ingest.refusedPerSecond)} bad={refused > 0}>
        {reasons(activity)}
      </Tile>
      <Tile name="Active series" value={series ? series.active.toLocaleString("en") : "–"}>
        {series && series.limit > 0 ? <Bar share={series.active / series.limit} limit /> : noLimit}
      </Tile>
      <Tile name="Queries" value={rate(activity?.query.queriesPerSecond)}>
        {activity ? `${activity.query.running} run, ${activity.query.waiting} wait` : "–"}
      </Tile>
      <Tile name="Writers" value={activity ? String(activity.writers.length) : "–"}>
        {activity ? accounts(activity) : "–"}
      </Tile>
    </dl>
  );
}

function reasons(activity: Activity | undefined): string {
  if (!activity) return "–";
  const count = activity.refusals.length;
  if (count === 0) return "nothing since the start";
  return count === 1 ? "for 1 reason since the start" : `for ${count} reasons since the start`;
}

function accounts(activity: Activity): string {
  const count = new Set(activity.writers.map(homeOf)).size;
  if (count === 0) return "nobody since the start";
  return count === 1 ? "of 1 account" : `of ${count} accounts`;
}

function Tile(props: { name: string; value: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <div class={styles.tile}>
      <dt>{props.name}</dt>
      <dd class={props.bad ? `${styles.value} ${styles.bad}` : styles.value}>{props.value}</dd>
      <dd class={styles.more}>{props.children}</dd>
    </div>
  );
}
