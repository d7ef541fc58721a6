// The shell: header, navigation, the page that the address names. Pages are loaded when needed.

import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { session } from "./api/session";
import SignIn from "./pages/sign-in/page";
import { Toasts } from "./ui/toast";
import { NeedsWorkspace, WorkspaceProvider } from "./ui/workspace";

const Explore = withWorkspace(lazy(() => import("./pages/explore/page")));
const Dashboards = withWorkspace(lazy(() => import("./pages/dashboards/page")));
const Topology = lazy(() => import("./pages/topology/page"));
const Workspace = withWorkspace(lazy(() => import("./pages/workspace/page")));

function withWorkspace(Page: () => preact.JSX.Element) {
  return () => (
    <NeedsWorkspace>
      <Page />
    </NeedsWorkspace>
  );
}

export function App() {
  if (session.value === undefined) return null;
  if (session.value === null) return <SignIn />;
  return (
    <LocationProvider scope="/console">
      <WorkspaceProvider>
        <main>
          <ErrorBoundary>
            <Router>
              <Route path="/console/" component={Dashboards} />
              <Route path="/console/explore" component={Explore} />
              <Route path="/console/dashboards/:uid?" component={Dashboards} />
              <Route path="/console/topology" component={Topology} />
              <Route path="/console/workspace" component={Workspace} />
            </Router>
          </ErrorBoundary>
        </main>
        <Toasts />
      </WorkspaceProvider>
    </LocationProvider>
  );
}
