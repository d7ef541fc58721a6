// The shell: header, navigation, the page that the address names. Pages are loaded when needed.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { linkFailure, redeeming } from "./api/link";
import { session } from "./api/session";
import styles from "./app.module.css";
import SignIn from "./pages/sign-in/page";
import { linkTo, useAddress } from "./ui/address";
import { Empty } from "./ui/empty";
import { ErrorNotice } from "./ui/error-notice";
import { Header } from "./ui/header/header";
import { Shortcuts } from "./ui/shortcuts";
import { Toasts, toast } from "./ui/toast";
import { useFreshNow } from "./ui/use-time-range";
import { NeedsWorkspace, WorkspaceProvider } from "./ui/workspace";

const Explore = withWorkspace(lazy(() => import("./pages/explore/page")));
const Dashboards = withWorkspace(lazy(() => import("./pages/dashboards/page")));
const Topology = lazy(() => import("./pages/topology/page"));
const Workspace = withWorkspace(lazy(() => import("./pages/workspace/page")));

function withWorkspace(Page: () => JSX.Element) {
  return () => (
    <NeedsWorkspace>
      <Page />
    </NeedsWorkspace>
  );
}

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
  const [failure, setFailure] = useState<unknown>();
  const { path } = useAddress();
  useFreshNow(path);
  useEffect(() => setFailure(undefined), [path]);
  useLinkFailure();
  return (
    <main id="main" class={styles.main} tabIndex={-1}>
      {failure !== undefined && (
        <ErrorNotice
          title="This page could not be shown"
          error={failure}
          onRetry={() => location.reload()}
        />
      )}
      <ErrorBoundary onError={setFailure}>
        <Router>
          <Route path="/console/" component={Dashboards} />
          <Route path="/console/explore" component={Explore} />
          <Route path="/console/dashboards/:uid?" component={Dashboards} />
          <Route path="/console/topology" component={Topology} />
          <Route path="/console/workspace" component={Workspace} />
          <Route default component={NotFound} />
        </Router>
      </ErrorBoundary>
    </main>
  );
}

/** A link that is of no use to somebody who is signed in is worth a word, no more. */
function useLinkFailure(): void {
  const failure = linkFailure.value;
  useEffect(() => {
    if (failure === undefined) return;
    toast("The link was used before or has expired. You are signed in as before.");
    linkFailure.value = undefined;
  }, [failure]);
}

function NotFound() {
  return (
    <Empty title="There is no such page" height={320}>
      <a href={linkTo("/console/")}>To the dashboards</a>
    </Empty>
  );
}
