// One dashboard: variables, rows, panels.

import { useCallback, useMemo, useState } from "preact/hooks";
import { getDashboard, HubError } from "../../api/client";
import { linkTo, useAddress } from "../../ui/address";
import { download } from "../../ui/download";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Menu } from "../../ui/menu";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/skeleton";
import { TimePicker } from "../../ui/time-picker";
import { useLoad } from "../../ui/use-load";
import { type TimeControl, useTimeRange } from "../../ui/use-time-range";
import { useWorkspace, workspaceName } from "../../ui/workspace";
import { BUILT_IN, builtIn } from "./built-in";
import { layOut, type PlacedSection } from "./model/layout";
import { loadVariables, type VariableState } from "./model/load-variables";
import { type Parsed, parseDashboard } from "./model/parse";
import type { Dashboard } from "./model/types";
import { PanelFrame } from "./panels/panel";
import type { PanelContext } from "./use-panel-data";
import { VariableBar } from "./variable-bar";
import styles from "./view.module.css";

interface Source {
  json: string;
  parsed: Parsed;
}

async function sourceOf(uid: string, signal: AbortSignal): Promise<Source> {
  const known = builtIn(uid);
  const model: unknown = known ? await known.load() : await getDashboard(uid, signal);
  return { json: JSON.stringify(model, null, 2), parsed: parseDashboard(model) };
}

const LIST = "/console/";

export function DashboardView({ uid }: { uid: string }) {
  const source = useLoad((signal) => sourceOf(uid, signal), [uid]);
  const { data, error } = source;
  // Another workspace's answers are never shown as this one's.
  const { workspaceId } = useWorkspace().workspace;
  if (data && "dashboard" in data.parsed)
    return (
      <Loaded
        key={`${uid} ${workspaceId}`}
        uid={uid}
        dashboard={data.parsed.dashboard}
        json={data.json}
      />
    );
  const title = builtIn(uid)?.title ?? "Dashboard";
  return (
    <Page title={title} subtitle={<a href={linkTo(LIST)}>All dashboards</a>}>
      {error instanceof HubError && error.status === 404 ? (
        <Empty title={`There is no dashboard “${uid}”`} height={320}>
          <p>It was deleted, or it belongs to another account.</p>
        </Empty>
      ) : error !== undefined ? (
        <ErrorNotice title="The dashboard was not loaded" error={error} onRetry={source.reload} />
      ) : data && "error" in data.parsed ? (
        <ErrorNotice title="This dashboard cannot be shown" error={data.parsed.error} />
      ) : (
        <Skeleton height={480} label="Loading the dashboard" />
      )}
    </Page>
  );
}

interface LoadedProps {
  uid: string;
  dashboard: Dashboard;
  json: string;
}

function Loaded({ uid, dashboard, json }: LoadedProps) {
  const time = useTimeRange({ ...dashboard.time, refresh: dashboard.refresh });
  const { loaded, change } = useVariables(dashboard, time);
  const [busy, setBusy] = useState(0);
  const onBusy = useCallback((by: 1 | -1) => setBusy((now) => now + by), []);
  return (
    <Page
      title={dashboard.title}
      subtitle={<Others uid={uid} />}
      actions={
        <>
          <TimePicker time={time} busy={busy > 0 || loaded.loading} />
          <Menu
            label="Dashboard"
            items={[
              {
                label: "Download JSON",
                onSelect: () => download(`${uid}.json`, "application/json", `${json}\n`),
              },
              { label: "All dashboards", href: linkTo(LIST) },
            ]}
          >
            <span aria-hidden="true">⋯</span>
          </Menu>
        </>
      }
    >
      {loaded.data ? (
        <Contents
          dashboard={dashboard}
          time={time}
          states={loaded.data.states}
          scope={loaded.data.scope}
          change={change}
          onBusy={onBusy}
        />
      ) : loaded.error !== undefined ? (
        <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
      ) : (
        <Skeleton height={480} label="Asking for the variables" />
      )}
    </Page>
  );
}

/** Links to the dashboards that come with the console, with the same range. */
function Others({ uid }: { uid: string }) {
  return (
    <nav class={styles.others} aria-label="Dashboards">
      {BUILT_IN.map((one) => (
        <a
          key={one.uid}
          href={linkTo(`/console/dashboards/${one.uid}`)}
          aria-current={one.uid === uid ? "page" : undefined}
        >
          {one.title}
        </a>
      ))}
      <a href={linkTo(LIST)}>All</a>
    </nav>
  );
}

function useVariables(dashboard: Dashboard, time: TimeControl) {
  const address = useAddress();
  const api = useWorkspace();
  const asked = dashboard.variables.map(({ name }) => address.params.getAll(`var-${name}`));
  const loaded = useLoad(
    (signal) =>
      loadVariables({
        variables: dashboard.variables,
        asked: (name) => address.params.getAll(`var-${name}`),
        interval: time.interval,
        source: workspaceName(api.workspace),
        api,
        signal,
      }),
    [dashboard, api, time.interval, JSON.stringify(asked)],
  );
  const change = useCallback(
    (name: string, chosen: string[]) => address.set({ [`var-${name}`]: chosen }),
    [address],
  );
  return { loaded, change };
}

interface ContentsProps {
  dashboard: Dashboard;
  time: TimeControl;
  states: VariableState[];
  scope: Parameters<typeof layOut>[1];
  change: (name: string, chosen: string[]) => void;
  onBusy: PanelContext["onBusy"];
}

function Contents({ dashboard, time, states, scope, change, onBusy }: ContentsProps) {
  const api = useWorkspace();
  const layout = useMemo(() => {
    const options = new Map(states.map((state) => [state.variable.name, state.options]));
    return layOut(dashboard, scope, (name) => options.get(name) ?? []);
  }, [dashboard, states, scope]);
  const context = useMemo(
    (): PanelContext => ({ api, interval: time.interval, onBusy }),
    [api, time.interval, onBusy],
  );
  const failed = states.filter(({ error }) => error !== undefined);
  return (
    <>
      <VariableBar states={states} onChange={change} />
      {failed.map(({ variable, error }) => (
        <ErrorNotice
          key={variable.name}
          title={`The values of ${variable.label} could not be asked for`}
          error={error}
          onRetry={time.refresh}
          compact
        />
      ))}
      {layout.sections.map((section) => (
        <SectionView
          key={section.key}
          section={section}
          context={context}
          onSelect={time.zoom}
          syncKey={dashboard.uid || dashboard.title}
        />
      ))}
      {layout.sections.length === 0 && (
        <Empty title="Nothing to show yet" height={240}>
          <p>
            None of this dashboard's metrics is in the workspace in this time range. Choose a longer
            range, or look at what there is in <a href={linkTo("/console/explore")}>Explore</a>.
          </p>
        </Empty>
      )}
      <Notes notes={[...layout.cut, ...dashboard.notes]} absent={layout.absent} />
    </>
  );
}

function Notes({ notes, absent }: { notes: string[]; absent: string[] }) {
  if (notes.length + absent.length === 0) return null;
  return (
    <ul class={styles.notes}>
      {absent.length > 0 && (
        <li>Not shown, since nothing was found for it: {absent.join("; ")}.</li>
      )}
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

// Of a cell of the grid and of the gap between two, as in Grafana.
const CELL = 30;
const GAP = 8;

interface SectionProps {
  section: PlacedSection;
  context: PanelContext;
  syncKey: string;
  onSelect: TimeControl["zoom"];
}

function SectionView({ section, context, syncKey, onSelect }: SectionProps) {
  const [open, setOpen] = useState(!section.collapsed);
  const grid = open && (
    <div class={styles.grid}>
      {section.panels.map((placed) => (
        <PanelFrame
          key={placed.key}
          placed={placed}
          context={context}
          height={placed.grid.h * (CELL + GAP) - GAP}
          level={section.title === "" ? 2 : 3}
          syncKey={syncKey}
          onSelect={onSelect}
        />
      ))}
    </div>
  );
  if (section.title === "") return <div>{grid}</div>;
  return (
    <section aria-label={section.title}>
      <h2 class={styles.row}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span aria-hidden="true">{open ? "▾" : "▸"}</span> {section.title}
          {!open && <span class={styles.count}> ({section.panels.length} panels)</span>}
        </button>
      </h2>
      {grid}
    </section>
  );
}
