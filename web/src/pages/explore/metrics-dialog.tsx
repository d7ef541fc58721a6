// Looks through the workspace's metrics: type and help, then the labels of one and their values.

import { useMemo, useState } from "preact/hooks";
import type { Query, WorkspaceApi } from "../../api/client";
import type { Labels } from "../../api/types";
import { formatLabels, quote } from "../../format/labels";
import type { Interval } from "../../time/range";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNotice } from "../../ui/error-notice";
import { Skeleton } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { useLoad } from "../../ui/use-load";
import { describe, type Metric, suggestions } from "./metric";
import styles from "./page.module.css";

export interface MetricsDialogProps {
  open: boolean;
  api: WorkspaceApi;
  interval: Interval;
  onClose: () => void;
  /** At the cursor. */
  onInsert: (text: string) => void;
  /** A whole query. */
  onReplace: (text: string) => void;
}

const NAMES_MAX = 40_000;
const SERIES_MAX = 2000;
const VALUES_SHOWN = 20;

function within({ start, end }: Interval, limit: number): Query {
  return [
    ["start", String(start)],
    ["end", String(end)],
    ["limit", String(limit)],
  ];
}

async function loadMetrics(api: WorkspaceApi, interval: Interval, signal: AbortSignal) {
  const names = api.labelValues("__name__", within(interval, NAMES_MAX), signal);
  // Who may not read metadata looks at names alone.
  const metadata = api.metadata([], signal).then(
    ({ data }) => data,
    () => ({}),
  );
  const [{ data }, known] = await Promise.all([names, metadata]);
  return data.map((name) => describe(name, known));
}

const COLUMNS: Column<Metric>[] = [
  { id: "name", header: "Metric", value: (row) => row.name },
  { id: "type", header: "Type", value: (row) => row.type || "–", width: "90px" },
  { id: "help", header: "Help", value: (row) => row.help },
];

interface LabelCount {
  name: string;
  /** The most frequent first. */
  values: [value: string, series: number][];
}

async function loadLabels(props: MetricsDialogProps, name: string, signal: AbortSignal) {
  const matcher = `{__name__=${quote(name)}}`;
  const { data } = await props.api.series([matcher], within(props.interval, SERIES_MAX), signal);
  const counts = new Map<string, Map<string, number>>();
  for (const labels of data) {
    for (const [label, value] of Object.entries(labels)) {
      if (label === "__name__") continue;
      const values = counts.get(label) ?? new Map<string, number>();
      counts.set(label, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  const labels: LabelCount[] = [...counts].map(([label, values]) => ({
    name: label,
    values: [...values].sort((a, b) => b[1] - a[1]),
  }));
  labels.sort((a, b) => a.name.localeCompare(b.name));
  return { series: data.length, labels };
}

interface LabelValuesProps {
  label: LabelCount;
  chosen: string | undefined;
  onChoose: (value: string) => void;
}

function LabelValues({ label, chosen, onChoose }: LabelValuesProps) {
  const [all, setAll] = useState(false);
  const shown = all ? label.values : label.values.slice(0, VALUES_SHOWN);
  const more = label.values.length - shown.length;
  return (
    <div class={styles.labelValues}>
      <h4>
        {label.name} <span>{label.values.length}</span>
      </h4>
      <ul>
        {shown.map(([value, count]) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen === value}
              title={`${count} series`}
              onClick={() => onChoose(value)}
            >
              {value || '""'}
            </button>
          </li>
        ))}
        {more > 0 && (
          <li>
            <button type="button" onClick={() => setAll(true)}>
              {more} more
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

function Detail({ metric, ...props }: MetricsDialogProps & { metric: Metric }) {
  const [chosen, setChosen] = useState<Labels>({});
  const answer = useLoad(
    (signal) => loadLabels(props, metric.name, signal),
    [props.api, metric.name, props.interval],
  );
  const { series = 0, labels = [] } = answer.data ?? {};
  const choose = (label: string, value: string) =>
    setChosen(({ [label]: before, ...others }) =>
      before === value ? others : { ...others, [label]: value },
    );
  const about = [metric.type || "type unknown", metric.unit, metric.help];
  const selector = formatLabels({ ...chosen, __name__: metric.name });
  return (
    <section class={styles.metric} aria-label={metric.name}>
      <h3>{selector}</h3>
      <p>{about.filter(Boolean).join(" · ")}</p>
      <div class={styles.tools}>
        {suggestions(metric, chosen).map(({ label, expression }) => (
          <Button key={label} onClick={() => props.onReplace(expression)}>
            {label}
          </Button>
        ))}
        <Button kind="quiet" onClick={() => props.onInsert(selector)}>
          Insert at the cursor
        </Button>
      </div>
      {answer.error !== undefined && (
        <ErrorNotice title="No labels" error={answer.error} onRetry={answer.reload} compact />
      )}
      {!answer.data && !answer.error && <Skeleton height={120} label="Loading labels" />}
      {answer.data && (
        <p class={styles.muted}>
          {series >= SERIES_MAX ? `${SERIES_MAX} or more` : series} series. A click on a value
          narrows the query down to it.
        </p>
      )}
      {labels.map((label) => (
        <LabelValues
          key={label.name}
          label={label}
          chosen={chosen[label.name]}
          onChoose={(value) => choose(label.name, value)}
        />
      ))}
    </section>
  );
}

function Body(props: MetricsDialogProps) {
  const [chosen, setChosen] = useState<Metric>();
  const answer = useLoad(
    (signal) => loadMetrics(props.api, props.interval, signal),
    [props.api, props.interval],
  );
  const rows = useMemo(() => answer.data ?? [], [answer.data]);
  if (answer.error !== undefined) {
    return <ErrorNotice title="No metrics" error={answer.error} onRetry={answer.reload} />;
  }
  if (!answer.data) return <Skeleton height={420} label="Loading metrics" />;
  return (
    <div class={styles.metrics}>
      <Table
        label="Metrics"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.name}
        filter
        height={420}
        onChoose={setChosen}
        chosen={chosen?.name}
        empty={<p>No series has a sample in this time range.</p>}
      />
      {chosen && <Detail key={chosen.name} {...props} metric={chosen} />}
    </div>
  );
}

export function MetricsDialog(props: MetricsDialogProps) {
  return (
    <Dialog title="Metrics" open={props.open} onClose={props.onClose} wide>
      <Body {...props} />
    </Dialog>
  );
}
