// One workspace: what comes in and is asked, what it holds against its limits, who writes, what was
// refused and why, and the way to delete series. ?tab= says which part.

import { useMemo, useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import { hubNow } from "../../api/clock";
import type { Activity, TsdbStatus } from "../../api/types";
import { formatTime } from "../../format/time";
import { linkTo, useAddress } from "../../ui/address";
import { CopyButton } from "../../ui/copy-button";
import { ErrorNotice } from "../../ui/error-notice";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/skeleton";
import { Tabs } from "../../ui/tabs";
import { TimePicker } from "../../ui/time-picker";
import { useLive } from "../../ui/use-live";
import type { Loaded } from "../../ui/use-load";
import { type TimeControl, useTimeRange } from "../../ui/use-time-range";
import { useWorkspace, workspaceName } from "../../ui/workspace";
import { Cardinality } from "./cardinality";
import { DeleteSeries } from "./delete-series";
import { Denials } from "./denials";
import { remember, type Seen, seenOf } from "./history";
import { Limits } from "./limits-table";
import styles from "./page.module.css";
import { Rates } from "./rates";
import { Refusals } from "./refusals";
import { Tiles } from "./tiles";
import { Writers } from "./writers";

const REFRESH_MS = 5000;
const TABS = [
  { id: "overview", label: "Overview" },
  { id: "cardinality", label: "Cardinality" },
  { id: "writers", label: "Writers and refusals" },
  { id: "denials", label: "Denials" },
  { id: "delete", label: "Delete series" },
] as const;
type TabId = (typeof TABS)[number]["id"];

// What was seen of each workspace while this tab of the browser has been open.
const histories = new Map<string, Seen[]>();

export default function WorkspacePage() {
  const api = useWorkspace();
  return <View key={api.workspace.workspaceId} api={api} />;
}

function View({ api }: { api: WorkspaceApi }) {
  const id = api.workspace.workspaceId;
  const address = useAddress();
  const time = useTimeRange();
  const [busy, setBusy] = useState(false);
  const activity = useLive((signal) => activityOf(api, signal), REFRESH_MS, [api]);
  const asked = address.params.get("tab");
  const tab: TabId = TABS.find((one) => one.id === asked)?.id ?? "overview";
  const timed = tab === "overview" || (tab === "delete" && address.params.get("span") === "page");
  return (
    <Page
      title={workspaceName(api.workspace)}
      subtitle={
        <span class={styles.subtitle}>
          {id} in {api.region}, since {formatTime(Math.round(api.workspace.createdAt))}
          <CopyButton kind="quiet" text={api.workspace.arn} label="Copy ARN" />
        </span>
      }
      actions={timed && <TimePicker time={time} busy={busy} />}
    >
      {activity.error !== undefined && (
        <ErrorNotice
          title={activity.data ? "The figures are not up to date" : "The activity did not load"}
          error={activity.error}
          onRetry={activity.reload}
        />
      )}
      <Tiles activity={activity.data} />
      <Tabs
        label="Parts of the workspace"
        tabs={[...TABS]}
        selected={tab}
        onSelect={(next) => address.set({ tab: next === "overview" ? null : next })}
      >
        <div class={styles.tab}>
          <Content
            {...{ tab, api, activity, time }}
            onBusy={setBusy}
            history={histories.get(id) ?? []}
          />
        </div>
      </Tabs>
    </Page>
  );
}

async function activityOf(api: WorkspaceApi, signal: AbortSignal): Promise<Activity> {
  const { data } = await api.activity(signal);
  const id = api.workspace.workspaceId;
  histories.set(id, remember(histories.get(id) ?? [], seenOf(data, hubNow() / 1000)));
  return data;
}

interface ContentProps {
  tab: TabId;
  api: WorkspaceApi;
  activity: Loaded<Activity>;
  history: Seen[];
  time: TimeControl;
  onBusy: (busy: boolean) => void;
}

function Content(props: ContentProps) {
  const { tab, api, activity } = props;
  if (tab === "cardinality") return <Cardinality api={api} />;
  if (tab === "denials") return <Denials workspaceId={api.workspace.workspaceId} />;
  if (tab === "delete") return <DeleteSeries api={api} />;
  if (tab === "overview") return <Overview {...props} />;
  if (!activity.data) return activity.error === undefined ? <Skeleton height={480} /> : null;
  return (
    <>
      <Writers activity={activity.data} workspaceId={api.workspace.workspaceId} />
      <Refusals refusals={activity.data.refusals} />
    </>
  );
}

function Overview({ api, activity, history, time, onBusy }: ContentProps) {
  const tsdb = useLive<TsdbStatus>(
    async (signal) => (await api.tsdbStatus(1, signal)).data,
    6 * REFRESH_MS,
    [api],
  );
  const topMetric = useMemo(() => tsdb.data?.seriesCountByMetricName[0]?.name, [tsdb.data]);
  return (
    <>
      <Rates {...{ api, time, history, onBusy }} limit={activity.data?.series.limit} />
      {activity.data ? (
        <Limits activity={activity.data} tsdb={tsdb.data} />
      ) : (
        activity.error === undefined && <Skeleton height={420} label="Loading limits" />
      )}
      {topMetric !== undefined && (
        <p class={styles.note}>
          The metric with the most series is <code>{topMetric}</code>:{" "}
          <a
            href={linkTo("/console/workspace", {
              tab: "cardinality",
              in: `__name__=${topMetric}`,
            })}
          >
            look into it
          </a>
          .
        </p>
      )}
    </>
  );
}
