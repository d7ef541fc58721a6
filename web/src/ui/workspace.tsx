// The workspace that the header's picker shows. `?ws=<id>` in the address names it; without one it
// is the one that was last looked at, or the first.
//
//   const workspace = useWorkspace();          // WorkspaceApi; below Explore, Dashboards, Workspace
//   workspace.workspace.workspaceId, .alias; await workspace.query(...)
//   const { list } = useWorkspaces();          // all that the session may list; anywhere
//
// The object stays the same until another workspace is chosen: it does as an effect's dependency.

import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo } from "preact/hooks";
import { listWorkspaces, WorkspaceApi } from "../api/client";
import type { Workspace } from "../api/types";
import { linkTo, useAddress } from "./address";
import { Empty } from "./empty";
import { ErrorNotice } from "./error-notice";
import { Skeleton } from "./skeleton";
import { type Loaded, useLoad } from "./use-load";

export interface Workspaces extends Loaded<Workspace[]> {
  list: Workspace[];
  chosen: WorkspaceApi | undefined;
  choose(workspaceId: string): void;
}

const LAST = "tributary.workspace";
const Context = createContext<Workspaces | undefined>(undefined);

/** The one that is asked for, even if it is not in the list's hands: then nothing is chosen. */
export function pick(list: Workspace[], asked: string | null, last: string | null) {
  if (asked) return list.find((each) => each.workspaceId === asked);
  return list.find((each) => each.workspaceId === last) ?? list[0];
}

export function workspaceName(workspace: Workspace): string {
  return workspace.alias || workspace.workspaceId;
}

export function WorkspaceProvider({ children }: { children: ComponentChildren }) {
  const address = useAddress();
  const loaded = useLoad(listWorkspaces, []);
  const list = loaded.data ?? [];
  const asked = address.params.get("ws");
  const workspace = pick(list, asked, localStorage.getItem(LAST));
  const id = workspace?.workspaceId;
  const chosen = useMemo(() => workspace && new WorkspaceApi(workspace), [id, workspace?.arn]);
  useEffect(() => {
    if (!id) return;
    localStorage.setItem(LAST, id);
    if (!asked) address.set({ ws: id }, "replace");
  }, [id, asked]);
  const choose = (ws: string) => address.set({ ws });
  return (
    <Context.Provider value={{ ...loaded, list, chosen, choose }}>{children}</Context.Provider>
  );
}

export function useWorkspaces(): Workspaces {
  const value = useContext(Context);
  if (!value) throw new Error("useWorkspaces outside of WorkspaceProvider");
  return value;
}

export function useWorkspace(): WorkspaceApi {
  const { chosen } = useWorkspaces();
  if (!chosen) throw new Error("useWorkspace outside of NeedsWorkspace");
  return chosen;
}

/** Shows its children when there is a workspace, and until then what is in the way. */
export function NeedsWorkspace({ children }: { children: ComponentChildren }) {
  const { chosen, data, error, reload, list } = useWorkspaces();
  const asked = useAddress().params.get("ws");
  if (chosen) return <>{children}</>;
  if (error) return <ErrorNotice title="No list of workspaces" error={error} onRetry={reload} />;
  if (!data) return <Skeleton height={320} label="Looking for workspaces" />;
  if (asked && list.length > 0)
    return (
      <Empty title={`There is no workspace ${asked} here`}>
        <p>It was deleted, or it belongs to another account than the one you are signed in to.</p>
        <a href={linkTo("", { ws: list[0]?.workspaceId })}>Show another workspace</a>
      </Empty>
    );
  return (
    <Empty title="This account has no workspace">
      <p>Create one with the AWS CLI, pointed at this hub:</p>
      <pre>aws amp create-workspace --alias metrics --endpoint-url {location.origin}</pre>
    </Empty>
  );
}
