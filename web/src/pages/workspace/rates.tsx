// Rates and series over time: by the hub's own metrics where they are in this workspace, else by
// what the page has seen since it was opened.

import { useEffect, useRef } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import { hubNow } from "../../api/clock";
import { Chart, type Series } from "../../chart/chart";
import { alignValues, gridOf } from "../../chart/matrix";
import { align, type Interval, stepFor } from "../../time/range";
import { Skeleton } from "../../ui/skeleton";
import { useLoad } from "../../ui/use-load";
import type { TimeControl } from "../../ui/use-time-range";
import { hubQueries, type Lines, linesOf, type Seen, seenInterval } from "./history";
import styles from "./rates.module.css";
import { Section } from "./section";

const POINTS = 300;
const STEP_MIN_S = 5;
const HEIGHT = 220;
const TITLE_HEIGHT = 22;

interface Props {
  api: WorkspaceApi;
  time: TimeControl;
  history: Seen[];
  /** Whether the hub is being asked for the past. */
  onBusy: (busy: boolean) => void;
  /** Of active series; 0 for none. */
  limit: number | undefined;
}

interface Past {
  interval: Interval;
  samples: Lines;
  active: Lines;
}

export function Rates({ api, time, history, onBusy, limit }: Props) {
  const past = useLoad((signal) => pastOf(api, time.interval, signal), [api, time.interval]);
  useEffect(() => {
    onBusy(past.loading);
    return () => onBusy(false);
  }, [past.loading]);
  const known = past.data;
  // Which of the two there is to show is known after the first answer.
  const settled = useRef(false);
  if (!past.loading) settled.current = true;
  const seen = seenInterval(history, hubNow() / 1000);
  const samples =
    known?.samples ??
    linesOf(history, [
      ["stored", "stored"],
      ["refused", "refused"],
    ]);
  const requests = linesOf(history, [
    ["queries", "queries"],
    ["writes", "write requests"],
  ]);
  const active = known?.active ?? linesOf(history, [["active", "active series"]]);
  const interval = known?.interval ?? seen;
  const thresholds = limit ? [{ value: limit, color: "red" }] : undefined;
  if (!settled.current)
    return (
      <Section title="Over time">
        <Skeleton height={HEIGHT + TITLE_HEIGHT} label="Loading rates" />
      </Section>
    );
  return (
    <Section title="Over time" note={known ? undefined : <SinceOpened />}>
      <div class={styles.charts} data-loading={past.loading && !known}>
        <Graph
          title="Samples per second"
          lines={samples}
          unit="short"
          {...{ interval }}
          zoom={time.zoom}
          syncKey="workspace"
        />
        <Graph
          title="Active series"
          lines={active}
          unit="short"
          {...{ interval, thresholds }}
          zoom={time.zoom}
          syncKey="workspace"
        />
        <Graph
          title="Requests per second, as seen here"
          lines={requests}
          unit="reqps"
          interval={seen}
        />
      </div>
    </Section>
  );
}

function SinceOpened() {
  return (
    <>
      As seen since this page was opened. For what was before, let a collector write the hub's{" "}
      <code>/metrics</code> into this workspace: examples/hub-metrics.yaml.
    </>
  );
}

interface GraphProps {
  title: string;
  lines: Lines;
  interval: Interval;
  unit: string;
  thresholds?: { value: number; color: string }[];
  zoom?: (interval: Interval) => void;
  syncKey?: string;
}

function Graph({ title, lines, interval, unit, thresholds, zoom, syncKey }: GraphProps) {
  return (
    <div class={styles.chart}>
      <h3>{title}</h3>
      <Chart
        times={lines.times}
        series={lines.series}
        interval={interval}
        height={HEIGHT}
        unit={unit}
        min={0}
        legend="list"
        thresholds={thresholds}
        syncKey={syncKey}
        label={title}
        onSelect={zoom}
      />
    </div>
  );
}

/** Nothing where the hub's metrics are not in this workspace, or it may not be asked. */
async function pastOf(
  api: WorkspaceApi,
  wanted: Interval,
  signal: AbortSignal,
): Promise<Past | undefined> {
  const step = stepFor(wanted, POINTS, STEP_MIN_S);
  const interval = align(wanted, step);
  const queries = hubQueries(api.workspace.workspaceId, step);
  const ask = async (query: string, name: string): Promise<Series[]> => {
    const { data } = await api.queryRange({ query, ...interval, step }, false, signal);
    return data.result.map((item) => ({
      name: item.metric.reason ?? name,
      labels: item.metric,
      values: alignValues(item, interval, step),
    }));
  };
  try {
    const [stored, refused, active] = await Promise.all([
      ask(queries.stored, "stored"),
      ask(queries.refused, "refused"),
      ask(queries.active, "active series"),
    ]);
    if (!stored?.length) return undefined;
    const times = gridOf(interval, step);
    return {
      interval,
      samples: { times, series: [...stored, ...(refused ?? [])] },
      active: { times, series: active ?? [] },
    };
  } catch (failure) {
    if (signal.aborted) throw failure;
    return undefined;
  }
}
