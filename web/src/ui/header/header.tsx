// What stands above every page: where one can go, which workspace is looked at, who is signed in.

import { regionOf } from "../../api/client";
import { linkTo, useAddress } from "../address";
import { useShortcut } from "../shortcuts";
import { useWorkspaces, workspaceName } from "../workspace";
import styles from "./header.module.css";
import { SessionMenu } from "./session-menu";

const PAGES = [
  { path: "/console/", name: "Dashboards", keys: "g d", below: /^\/console(\/dashboards.*)?$/ },
  { path: "/console/explore", name: "Explore", keys: "g e", below: /^\/console\/explore/ },
  { path: "/console/topology", name: "Topology", keys: "g t", below: /^\/console\/topology/ },
  { path: "/console/workspace", name: "Workspace", keys: "g w", below: /^\/console\/workspace/ },
];

export function Header() {
  return (
    <header class={styles.header}>
      <a class={styles.skip} href="#main">
        Skip to the page
      </a>
      <a class={styles.brand} href={linkTo("/console/")} aria-label="Tributary">
        <Sign />
        <span class={styles.name}>Tributary</span>
      </a>
      <nav class={styles.nav} aria-label="Pages">
        {PAGES.map((page) => (
          <PageLink key={page.path} {...page} />
        ))}
      </nav>
      <div class={styles.right}>
        <WorkspacePicker />
        <SessionMenu />
      </div>
    </header>
  );
}

function PageLink({ path, name, keys, below }: (typeof PAGES)[number]) {
  const address = useAddress();
  const to = linkTo(path);
  useShortcut(keys, `Go to ${name}`, () => address.go(linkTo(path)));
  return (
    <a class={styles.link} href={to} aria-current={below.test(address.path) ? "page" : undefined}>
      {name}
    </a>
  );
}

function WorkspacePicker() {
  const { list, chosen, choose, loading } = useWorkspaces();
  if (list.length === 0)
    return <span class={styles.noWorkspace}>{loading ? "" : "No workspace"}</span>;
  const id = chosen?.workspace.workspaceId ?? "";
  return (
    <select
      class={styles.picker}
      aria-label="Workspace"
      title={id}
      value={id}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {!chosen && <option value="">Choose a workspace</option>}
      {list.map((each) => (
        <option key={each.workspaceId} value={each.workspaceId}>
          {workspaceName(each)} · {regionOf(each.arn)}
        </option>
      ))}
    </select>
  );
}

/** Streams that become one. */
function Sign() {
  return (
    <svg class={styles.sign} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 3c0 8 8 6 8 13v5M20 3c0 8-8 6-8 13M12 3v10" />
    </svg>
  );
}
