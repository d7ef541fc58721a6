// The workspace that the header's picker shows. `?ws=<id>` in the address names it; without one it
// is the one that was last looked at, or the first. `?ws=<ARN>` opens a workspace for somebody who
// may query it but not list the account's.
//
//   const workspace = useWorkspace();        // WorkspaceApi; below Explore, Dashboards, Workspace
//   workspace.workspace.workspaceId, .alias; await workspace.query(...)
//   const { list } = useWorkspaces();          // all that the session may list; anywhere
//
// The object stays the same until another workspace is chosen: it does as an effect's dependency.

import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { HubError, listWorkspaces, WorkspaceApi } from "../api/client";
import type { Workspace } from "../api/types";
import { linkTo, useAddress } from "./address";
import { Button } from "./button";
import { Empty } from "./empty";
import { ErrorNotice } from "./error-notice";
import { Field } from "./field";
import { keepChoice, keptChoice } from "./kept";
import { Skeleton } from "./skeleton";
import { type Loaded, useLoad } from "./use-load";
import styles from "./workspace.module.css";
import { pick, workspaceOfArn } from "./workspace-choice";

export { workspaceName } from "./workspace-choice";

export interface Workspaces extends Loaded<Workspace[]> {
  list: Workspace[];
  chosen: WorkspaceApi | undefined;
  choose(workspaceId: string): void;
}

const Context = createContext<Workspaces | undefined>(undefined);

export function WorkspaceProvider({ children }: { children: ComponentChildren }) {
  const address = useAddress();
  const loaded = useLoad(listWorkspaces, []);
  const list = loaded.data ?? [];
  const asked = address.params.get("ws");
  const workspace = pick(list, asked, keptChoice("workspace"));
  const id = workspace?.workspaceId;
  const chosen = useMemo(() => workspace && new WorkspaceApi(workspace), [id, workspace?.arn]);
  useEffect(() => {
    if (!id) return;
    keepChoice("workspace", id);
    if (!asked) address.set({ ws: id }, "replace");
  }, [id, asked, address]);
  useRetry(loaded.error, loaded.reload);
  const choose = (ws: string) => address.set({ ws });
  return (
    <Context.Provider value={{ ...loaded, list, chosen, choose }}>{children}</Context.Provider>
  );
}

const RETRY_MS = 5000;

/** A hub that does not answer is on its way up, mostly. */
function useRetry(error: unknown, reload: () => void): void {
  useEffect(() => {
    if (!(error instanceof HubError && error.code === "Unreachable")) return;
    const timer = setInterval(() => document.hidden || reload(), RETRY_MS);
    return () => clearInterval(timer);
  }, [error]);
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
  if (error !== undefined)
    return (
      <div class={styles.inTheWay}>
        <ErrorNotice title="No list of workspaces" error={error} onRetry={reload} />
        <ByArn />
      </div>
    );
  if (!data) return <Skeleton height={320} label="Looking for workspaces" />;
  if (asked && list.length > 0) return <NotThisOne asked={asked} other={list[0] as Workspace} />;
  return (
    <Empty title="No workspace to be seen">
      <p>This account has none that you may list. Create one with the AWS CLI, at this hub:</p>
      <pre>aws amp create-workspace --alias metrics --endpoint-url {location.origin}</pre>
      <Button onClick={reload}>Look again</Button>
      <ByArn />
    </Empty>
  );
}

function NotThisOne({ asked, other }: { asked: string; other: Workspace }) {
  return (
    <Empty title={`There is no workspace ${asked} here`}>
      <p>It was deleted, or it belongs to another account than the one you are signed in to.</p>
      <a href={linkTo(location.pathname, { ws: other.workspaceId })}>Show another workspace</a>
    </Empty>
  );
}

/** One may query a workspace without being allowed to list them. */
function ByArn() {
  const address = useAddress();
  const [arn, setArn] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (workspaceOfArn(arn.trim())) address.set({ ws: arn.trim() });
    else setWrong("It reads arn:aws:aps:<region>:<12 digits>:workspace/ws-...");
  };
  return (
    <form class={styles.byArn} onSubmit={submit}>
      <Field label="Or open one by its ARN" value={arn} onInput={setArn} error={wrong} mono />
      <Button type="submit">Open</Button>
    </form>
  );
}
