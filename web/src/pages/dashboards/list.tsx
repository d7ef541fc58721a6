// All dashboards: those that come with the console, the account's own, and those of the folder.

import { useRef, useState } from "preact/hooks";
import { deleteDashboard, getDashboard, listDashboards } from "../../api/client";
import type { DashboardEntry } from "../../api/types";
import { formatTime } from "../../format/time";
import { linkTo } from "../../ui/address";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { download } from "../../ui/download";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { toast } from "../../ui/toast";
import { useLoad } from "../../ui/use-load";
import { BUILT_IN } from "./built-in";
import styles from "./list.module.css";
import { UploadDialog } from "./upload-dialog";

function linkOf(uid: string): string {
  return linkTo(`/console/dashboards/${encodeURIComponent(uid)}`);
}

export function DashboardListPage() {
  const list = useLoad(listDashboards, []);
  const [file, setFile] = useState<File>();
  const own = list.data?.dashboards ?? [];
  return (
    <Page title="Dashboards" actions={<UploadButton onFile={setFile} />}>
      <ul class={styles.cards}>
        {BUILT_IN.map(({ uid, title, description }) => (
          <li key={uid}>
            <a class={styles.card} href={linkOf(uid)}>
              <strong>{title}</strong>
              <span>{description}</span>
            </a>
          </li>
        ))}
      </ul>
      <h2 class={styles.heading}>Your dashboards</h2>
      <DropArea onFile={setFile}>
        {list.error !== undefined && (
          <ErrorNotice
            title="The list of your dashboards was not loaded"
            error={list.error}
            onRetry={list.reload}
          />
        )}
        {!list.data && list.error === undefined && <Skeleton height={120} />}
        {list.data &&
          (own.length > 0 ? (
            <OwnTable entries={own} onChanged={list.reload} />
          ) : (
            <Empty title="None yet" height={120}>
              <p>
                Upload the JSON of a Grafana dashboard, or drop the file here. The built-in ones,
                downloaded, are a good beginning.
              </p>
            </Empty>
          ))}
      </DropArea>
      {file && (
        <UploadDialog
          file={file}
          known={own.map(({ uid }) => uid)}
          onClose={() => setFile(undefined)}
          onSaved={list.reload}
        />
      )}
    </Page>
  );
}

function UploadButton({ onFile }: { onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept=".json,application/json"
        aria-label="Dashboard file"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
      <Button onClick={() => input.current?.click()}>Upload</Button>
    </>
  );
}

interface DropAreaProps {
  onFile: (file: File) => void;
  children: preact.ComponentChildren;
}

function DropArea({ onFile, children }: DropAreaProps) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button does the same.
    <div
      class={over ? `${styles.drop} ${styles.over}` : styles.drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      }}
    >
      {children}
    </div>
  );
}

async function save(uid: string): Promise<void> {
  try {
    const model = await getDashboard(uid);
    download(`${uid}.json`, "application/json", `${JSON.stringify(model, null, 2)}\n`);
  } catch (error) {
    toast(`Not downloaded: ${(error as Error).message}`);
  }
}

interface OwnTableProps {
  entries: DashboardEntry[];
  onChanged: () => void;
}

function OwnTable({ entries, onChanged }: OwnTableProps) {
  const [removed, setRemoved] = useState<DashboardEntry>();
  const columns: Column<DashboardEntry>[] = [
    {
      id: "title",
      header: "Title",
      value: ({ title }) => title,
      cell: ({ uid, title }) => <a href={linkOf(uid)}>{title}</a>,
    },
    { id: "tags", header: "Tags", value: ({ tags }) => tags.join(", ") },
    {
      id: "source",
      header: "From",
      value: ({ source }) => (source === "folder" ? "the hub's folder" : "upload"),
    },
    {
      id: "updated",
      header: "Changed",
      value: ({ updatedAt }) => updatedAt,
      cell: ({ updatedAt }) => formatTime(Math.round(updatedAt)),
    },
    {
      id: "actions",
      header: "Actions",
      sortable: false,
      value: () => "",
      cell: (entry) => (
        <span class={styles.actions}>
          <Button kind="quiet" label={`Download ${entry.title}`} onClick={() => save(entry.uid)}>
            Download
          </Button>
          {entry.source === "uploaded" && (
            <Button kind="quiet" label={`Delete ${entry.title}`} onClick={() => setRemoved(entry)}>
              Delete
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <Table
        label="Your dashboards"
        columns={columns}
        rows={entries}
        rowKey={({ uid }) => uid}
        sort={{ id: "title" }}
        filter={entries.length > 10}
      />
      <DeleteDialog entry={removed} onClose={() => setRemoved(undefined)} onDeleted={onChanged} />
    </>
  );
}

interface DeleteDialogProps {
  entry: DashboardEntry | undefined;
  onClose: () => void;
  onDeleted: () => void;
}

function DeleteDialog({ entry, onClose, onDeleted }: DeleteDialogProps) {
  const [error, setError] = useState<unknown>();
  const close = () => {
    setError(undefined);
    onClose();
  };
  const remove = async (uid: string) => {
    try {
      await deleteDashboard(uid);
    } catch (failure) {
      setError(failure);
      return;
    }
    toast("Dashboard deleted");
    close();
    onDeleted();
  };
  return (
    <Dialog
      title="Delete the dashboard?"
      open={entry !== undefined}
      onClose={close}
      actions={
        <Button kind="danger" onClick={() => entry && remove(entry.uid)}>
          Delete
        </Button>
      }
    >
      <p>“{entry?.title}” is deleted for everybody in this account. Its metrics stay.</p>
      {error !== undefined && <ErrorNotice error={error} compact />}
    </Dialog>
  );
}
