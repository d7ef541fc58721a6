// The shell: header, navigation, the page that the address names. Pages are loaded when needed.

import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { linkFailure, redeeming, replacedBy } from "./api/link";
import { session } from "./api/session";
import styles from "./app.module.css";
import SignIn from "./pages/sign-in/page";
import { linkTo, useAddress } from "./ui/address";
import { Boundary, PageFailed } from "./ui/boundary";
import { Empty } from "./ui/empty";
import { Header } from "./ui/header/header";
import { Shortcuts } from "./ui/shortcuts";
import { Toasts, toast } from "./ui/toast";
import { useFreshNow } from "./ui/use-time-range";
import { NeedsWorkspace, WorkspaceProvider } from "./ui/workspace";

type Load = () => Promise<{ default: () => JSX.Element }>;

function page(load: Load) {
  return lazy(() => load().catch((error) => ({ default: () => <PageFailed error={error} /> })));
}

function workspacePage(load: Load) {
  const Page = page(load);
  return () => (
    <NeedsWorkspace>
      <Page />
    </NeedsWorkspace>
  );
}

const Explore = workspacePage(() => import("./pages/explore/page"));
const Dashboards = workspacePage(() => import("./pages/dashboards/page"));
const Topology = page(() => import("./pages/topology/page"));
const Workspace = workspacePage(() => import("./pages/workspace/page"));

export function App() {
  if (session.value === null || (session.value === undefined && redeeming.value)) return <SignIn />;
  if (session.value === undefined) return null;
  // Another account's lists and choices are not this one's.
  return (
    <LocationProvider scope="/console" key={session.value.account}>
      <WorkspaceProvider>
        <Header />
        <Pages />
        <Shortcuts />
        <Toasts />
      </WorkspaceProvider>
    </LocationProvider>
  );
}

function Pages() {
  const { path } = useAddress();
  const main = useRef<HTMLElement>(null);
  useFreshNow(path);
  useFocusOnArrival(path, main);
  useLinkNews();
  return (
    <main id="main" ref={main} class={styles.main} tabIndex={-1}>
      <Boundary path={path}>
        <ErrorBoundary>
          <Router>
            <Route path="/console/" component={Dashboards} />
            <Route path="/console/explore" component={Explore} />
            <Route path="/console/dashboards/:uid?" component={Dashboards} />
            <Route path="/console/topology" component={Topology} />
            <Route path="/console/workspace" component={Workspace} />
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </Boundary>
    </main>
  );
}

/** A page that was gone to has the focus: the next key is for it, not for the header. */
function useFocusOnArrival(path: string, main: RefObject<HTMLElement | null>): void {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    if (!main.current?.contains(document.activeElement)) main.current?.focus();
  }, [path]);
}

/** What became of a link while somebody was signed in. */
function useLinkNews(): void {
  const failure = linkFailure.value;
  const started = replacedBy.value;
  useEffect(() => {
    if (failure !== undefined)
      toast("The link was used before or has expired. You are signed in as before.");
    if (started)
      toast(`The link has signed you in as another: ${started.arn}, account ${started.account}.`);
    linkFailure.value = undefined;
    replacedBy.value = undefined;
  }, [failure, started]);
}

function NotFound() {
  return (
    <Empty title="There is no such page" height={320}>
      <a href={linkTo("/console/")}>To the dashboards</a>
    </Empty>
  );
}
