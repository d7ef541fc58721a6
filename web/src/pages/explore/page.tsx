// Explore: queries, written here and run against the chosen workspace, as a graph or as a table.
// What is shown stands in the address (state.ts).

import { useEffect, useRef, useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import { ALL_VISIBLE } from "../../chart/visibility";
import { formatIso } from "../../format/time";
import { type History, useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy-button";
import { download } from "../../ui/download";
import { Empty } from "../../ui/empty";
import { Menu } from "../../ui/menu";
import { Page } from "../../ui/page";
import { remember } from "../../ui/query-history";
import { Skeleton } from "../../ui/skeleton";
import { Tabs } from "../../ui/tabs";
import { TimePicker } from "../../ui/time-picker";
import { useLoad } from "../../ui/use-load";
import { type TimeControl, useTimeRange } from "../../ui/use-time-range";
import { useWorkspace } from "../../ui/workspace";
import { answerJson, graphCsv, tableCsv } from "./export";
import { GraphOptions, GraphView, graphHeight } from "./graph-view";
import { OutcomeErrors, OutcomeStatistics } from "./outcome-notes";
import styles from "./page.module.css";
import { type Answer, askedOf, chooseStep, keepOld, momentOf, runAll } from "./queries";
import { QueryList } from "./query-list";
import { toGraph } from "./results";
import { type ExploreState, readState, type View, writeState } from "./state";
import { TableView } from "./table-view";
import { useRows, withText } from "./use-rows";

const TABS: { id: View; label: string }[] = [
  { id: "graph", label: "Graph" },
  { id: "table", label: "Table" },
];

function DownloadMenu({ answer }: { answer: Answer }) {
  const { moment } = answer;
  const time = formatIso(moment.kind === "range" ? moment.interval.end : moment.time);
  const name = `query-${time.replace(/[:.]/g, "-")}`;
  const csv = () => (moment.kind === "range" ? graphCsv(toGraph(answer)) : tableCsv(answer));
  return (
    <Menu
      label="Download"
      items={[
        { label: "CSV", onSelect: () => download(`${name}.csv`, "text/csv", csv()) },
        {
          label: "JSON",
          onSelect: () => download(`${name}.json`, "application/json", answerJson(answer)),
        },
      ]}
    />
  );
}

/** To this view as it is now, also tomorrow: "now" becomes an instant. */
function fixedLink({ interval }: TimeControl): string {
  const url = new URL(location.href);
  url.searchParams.set("from", String(Math.round(interval.start * 1000)));
  url.searchParams.set("to", String(Math.round(interval.end * 1000)));
  url.searchParams.delete("refresh");
  return url.href;
}

function useAnswer(api: WorkspaceApi, state: ExploreState, time: TimeControl) {
  const step = chooseStep(time.interval, state.step);
  const asked = askedOf(state.expressions, state.off);
  const last = useRef<{ api: WorkspaceApi; answer: Answer } | undefined>(undefined);
  const run = async (signal: AbortSignal) => {
    const moment = momentOf(state.view, time.interval, step.seconds);
    const before = last.current?.api === api ? last.current.answer : undefined;
    const answer = keepOld(await runAll(api, asked, moment, signal), before);
    last.current = { api, answer };
    return answer;
  };
  const answer = useLoad<Answer>(
    (signal) => (asked.length === 0 ? undefined : run(signal)),
    [api, JSON.stringify(asked), state.view, state.view === "graph" && step.seconds, time.interval],
  );
  return { ...answer, step };
}

function FirstSteps({ api, onChoose }: { api: WorkspaceApi; onChoose: (metric: string) => void }) {
  const names = useLoad((signal) => api.labelValues("__name__", [["limit", "12"]], signal), [api]);
  const found = names.data?.data ?? [];
  return (
    <Empty title="Write a query, or begin with a metric" height={graphHeight()}>
      {found.length > 0 && (
        <ul class={styles.chips} aria-label="Some metrics">
          {found.map((name) => (
            <li key={name}>
              <Button onClick={() => onChoose(name)}>{name}</Button>
            </li>
          ))}
        </ul>
      )}
      {names.data && found.length === 0 && (
        <p>This workspace has no series yet: point a collector's remote_write at it.</p>
      )}
      <p>
        “Metrics” (key <kbd>m</kbd>) lists them all with types and help; <kbd>?</kbd> lists the
        keys.
      </p>
    </Empty>
  );
}

type Change = (state: Partial<ExploreState>, history?: History) => void;

function Answers(props: {
  answer: ReturnType<typeof useAnswer>;
  state: ExploreState;
  time: TimeControl;
  change: Change;
}) {
  const { answer, state, time, change } = props;
  const { data } = answer;
  // An answer of the other view is none: it waits for its own.
  const fits = data && (data.moment.kind === "range") === (state.view === "graph");
  return (
    <Tabs
      label="View"
      tabs={TABS}
      selected={state.view}
      onSelect={(view) => change({ view })}
      aside={
        <div class={styles.options}>
          {state.view === "graph" && <GraphOptions state={state} change={change} />}
          {data && <DownloadMenu answer={data} />}
          <CopyButton label="Copy link" text={() => fixedLink(time)} />
        </div>
      }
    >
      <div class={answer.loading ? `${styles.answers} ${styles.loading}` : styles.answers}>
        {state.view === "graph" && answer.step.note && (
          <p class={styles.note} role="status">
            {answer.step.note}.
          </p>
        )}
        {data && fits && (
          <OutcomeErrors
            answer={data}
            onRetry={answer.reload}
            onTable={() => change({ view: "table" })}
          />
        )}
        {!fits && <Skeleton height={graphHeight()} label="Running the queries" />}
        {data && fits && state.view === "graph" && (
          <GraphView
            answer={data}
            state={state}
            onZoom={time.zoom}
            onVisibility={(visibility) => change({ visibility }, "replace")}
          />
        )}
        {data && fits && state.view === "table" && <TableView answer={data} />}
        {data && fits && <OutcomeStatistics answer={data} />}
      </div>
    </Tabs>
  );
}

interface ContentProps {
  time: TimeControl;
  api: WorkspaceApi;
  onBusy: (busy: boolean) => void;
}

function Content({ time, api, onBusy }: ContentProps) {
  const address = useAddress();
  const state = readState(address.params);
  const change: Change = (changes, history) => address.set(writeState(changes), history);
  const answer = useAnswer(api, state, time);
  useEffect(() => onBusy(answer.loading), [answer.loading]);
  const rows = useRows(state, (written) => {
    remember(written.expressions);
    const same = written.expressions.join("\n") === state.expressions.join("\n");
    change(same ? written : { ...written, visibility: ALL_VISIBLE });
    // The same queries once more: with what has come since.
    time.refresh();
  });
  const nothing = askedOf(state.expressions, state.off).length === 0;
  const begin = (metric: string) => {
    const [first, ...others] = rows.rows;
    if (first) rows.commit([{ ...withText(first, metric), off: false }, ...others]);
  };
  return (
    <>
      <QueryList rows={rows} api={api} interval={time.interval} busy={answer.loading} />
      {nothing ? (
        <FirstSteps api={api} onChoose={begin} />
      ) : (
        <Answers answer={answer} state={state} time={time} change={change} />
      )}
    </>
  );
}

export default function Explore() {
  const time = useTimeRange();
  const [busy, setBusy] = useState(false);
  return (
    <Page title="Explore" actions={<TimePicker time={time} busy={busy} />}>
      <Content time={time} api={useWorkspace()} onBusy={setBusy} />
    </Page>
  );
}
