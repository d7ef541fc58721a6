// Into a metric or a label: how many series there are, which labels they have with how many values,
// and the values of one label with their series. Each step adds a matcher.

import { HubError, type WorkspaceApi } from "../../api/client";
import { hubNow } from "../../api/clock";
import type { QueryData } from "../../api/types";
import { parseSample } from "../../chart/matrix";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Skeleton } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { useLoad } from "../../ui/use-load";
import { Bar } from "./bar";
import { ExploreLink } from "./cardinality";
import styles from "./drill.module.css";
import { Section } from "./section";
import { byValue, type Chosen, selectorOf, valueCount } from "./selector";

/** More labels than this are not counted one by one. */
const LABELS_MAX = 40;
const VALUES_MAX = 100;
/** So far back, seconds: about what the head holds, and with it the cardinality above. */
const BACK_S = 7200;
/** Queries at the same time: others want to be answered, too. */
const PARALLEL = 3;

interface Props {
  api: WorkspaceApi;
  chosen: Chosen;
  label: string | null;
  go: (chosen: Chosen, label: string | null) => void;
}

export function Drill({ api, chosen, label, go }: Props) {
  const selector = selectorOf(chosen, label ?? undefined);
  const count = useLoad((signal) => numberOf(api, `count(${selector})`, signal), [api, selector]);
  return (
    <Section
      title="Cardinality"
      note="Counted: series with a sample in the last two hours that have not ended."
      actions={chosen.length > 0 && <ExploreLink chosen={chosen} />}
    >
      <Crumbs chosen={chosen} label={label} go={go} />
      {count.error !== undefined && (
        <ErrorNotice
          title="The series were not counted"
          error={count.error}
          onRetry={count.reload}
        />
      )}
      <p class={styles.total} aria-live="polite">
        {count.data === undefined ? "…" : `${count.data.toLocaleString("en")} series`}
      </p>
      {label === null ? (
        <LabelTable {...{ api, chosen, selector, go }} />
      ) : (
        <ValueTable {...{ api, chosen, label, go }} total={count.data} />
      )}
    </Section>
  );
}

function Crumbs({ chosen, label, go }: Omit<Props, "api">) {
  return (
    <nav aria-label="Looked into" class={styles.crumbs}>
      <Button kind="quiet" onClick={() => go([], null)}>
        All series
      </Button>
      {chosen.map(([name, value], index) => (
        <Button key={name} kind="quiet" onClick={() => go(chosen.slice(0, index + 1), null)}>
          › {name === "__name__" ? value : `${name}="${value}"`}
        </Button>
      ))}
      {label !== null && <span>› by {label}</span>}
    </nav>
  );
}

interface LabelRow {
  name: string;
  /** Absent where it was not counted. */
  values?: number;
}

function LabelTable({ api, chosen, selector, go }: Omit<Props, "label"> & { selector: string }) {
  const answer = useLoad((signal) => labelRows(api, chosen, selector, signal), [api, selector]);
  if (answer.error !== undefined)
    return (
      <ErrorNotice title="The labels did not load" error={answer.error} onRetry={answer.reload} />
    );
  if (!answer.data) return <Skeleton height={280} label="Counting values" />;
  const columns: Column<LabelRow>[] = [
    { id: "name", header: "Label", value: (row) => row.name },
    {
      id: "values",
      header: "Values",
      numeric: true,
      value: (row) => row.values ?? -1,
      cell: (row) => row.values?.toLocaleString("en") ?? "not counted",
      width: "120px",
    },
  ];
  return (
    <div class={styles.table} data-loading={answer.loading}>
      <Table
        label="Labels"
        columns={columns}
        rows={answer.data}
        rowKey={(row) => row.name}
        sort={{ id: "values", descending: true }}
        filter
        height={420}
        onChoose={(row) => go(chosen, row.name)}
        empty={<Empty title="No other label" height={80} />}
      />
    </div>
  );
}

interface ValueRow {
  value: string;
  series: number;
}

function ValueTable(props: Omit<Props, "label"> & { label: string; total: number | undefined }) {
  const { api, chosen, label, go, total } = props;
  const query = byValue(chosen, label, VALUES_MAX);
  const answer = useLoad(
    async (signal): Promise<ValueRow[]> => {
      const data = await ask(api, query, signal);
      if (data.resultType !== "vector") return [];
      return data.result.map((item) => ({
        value: item.metric[label] ?? "",
        series: parseSample(item.value?.[1] ?? ""),
      }));
    },
    [api, query],
  );
  if (answer.error !== undefined)
    return (
      <ErrorNotice title="The values did not load" error={answer.error} onRetry={answer.reload} />
    );
  if (!answer.data) return <Skeleton height={280} label="Counting series" />;
  const next = (value: string): Chosen => [...chosen, [label, value]];
  const columns: Column<ValueRow>[] = [
    { id: "value", header: `Value of ${label}`, value: (row) => row.value },
    {
      id: "series",
      header: "Series",
      numeric: true,
      value: (row) => row.series,
      cell: (row) => row.series.toLocaleString("en"),
      width: "120px",
    },
    {
      id: "share",
      header: "Of these series",
      numeric: true,
      value: (row) => row.series,
      cell: (row) => (total ? <Bar share={row.series / total} /> : ""),
      width: "200px",
    },
    {
      id: "explore",
      header: "Explore",
      sortable: false,
      value: () => "",
      cell: (row) => <ExploreLink chosen={next(row.value)} />,
      width: "90px",
    },
  ];
  return (
    <div class={styles.table} data-loading={answer.loading}>
      <Table
        label={`Values of ${label}`}
        columns={columns}
        rows={answer.data}
        rowKey={(row) => row.value}
        sort={{ id: "series", descending: true }}
        filter
        height={420}
        onChoose={(row) => go(next(row.value), null)}
        empty={<Empty title="No series has it now" height={80} />}
      />
      {answer.data.length >= VALUES_MAX && <p>The {VALUES_MAX} values with the most series.</p>}
    </div>
  );
}

async function ask(api: WorkspaceApi, query: string, signal: AbortSignal): Promise<QueryData> {
  const back: [string, string][] = [["lookback_delta", `${BACK_S}s`]];
  return (await api.query(query, hubNow() / 1000, false, signal, back)).data;
}

async function numberOf(api: WorkspaceApi, query: string, signal: AbortSignal): Promise<number> {
  const data = await ask(api, query, signal);
  if (data.resultType !== "vector") return 0;
  return parseSample(data.result[0]?.value?.[1] ?? "0");
}

async function labelRows(
  api: WorkspaceApi,
  chosen: Chosen,
  selector: string,
  signal: AbortSignal,
): Promise<LabelRow[]> {
  const now = hubNow() / 1000;
  const span: [string, string][] = [
    ["start", String(now - BACK_S)],
    ["end", String(now)],
  ];
  const { data } = await api.labelNames([["match[]", selector], ...span], signal);
  const known = new Set(chosen.map(([name]) => name));
  const rows: LabelRow[] = data.filter((name) => !known.has(name)).map((name) => ({ name }));
  const waiting = rows.slice(0, LABELS_MAX);
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      try {
        row.values = await numberOf(api, valueCount(chosen, row.name), signal);
      } catch (failure) {
        // One that is too large to be counted does not hide the others.
        if (!(failure instanceof HubError) || failure.status !== 422) throw failure;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return rows;
}
