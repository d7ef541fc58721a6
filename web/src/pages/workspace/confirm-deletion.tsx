// Asks twice before series are deleted: the second time by the workspace's name.

import { useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNotice } from "../../ui/error-notice";
import { Field } from "../../ui/field";
import { workspaceName } from "../../ui/workspace";
import styles from "./delete-series.module.css";
import { countText, type Preview, spanQuery, spanText } from "./preview";
import { SeriesList } from "./series-list";

interface ConfirmProps {
  api: WorkspaceApi;
  preview: Preview;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

export function ConfirmDeletion({ api, preview, open, onClose, onDone }: ConfirmProps) {
  const name = workspaceName(api.workspace);
  const [sure, setSure] = useState(false);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setSure(false);
    setTyped("");
    setError(undefined);
    onClose();
  };
  const remove = async () => {
    setBusy(true);
    try {
      await api.deleteSeries(preview.selectors, spanQuery(preview.interval));
      close();
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const first = (
    <Button kind="danger" onClick={() => setSure(true)}>
      Yes, delete them
    </Button>
  );
  const second = (
    <Button kind="danger" onClick={remove} busy={busy} disabled={typed !== name || busy}>
      Delete for ever
    </Button>
  );
  return (
    <Dialog
      title={sure ? "Really delete?" : `Delete ${countText(preview)}?`}
      open={open}
      onClose={close}
      wide
      actions={
        <>
          <Button onClick={close}>Keep them</Button>
          {sure ? second : first}
        </>
      }
    >
      <div class={styles.dialog}>
        <p>
          {countText(preview)} of workspace <strong>{name}</strong>, {spanText(preview)}:
        </p>
        <pre>{preview.selectors.join("\n")}</pre>
        {sure ? (
          <Field
            label={`Write ${name} to delete them for ever`}
            value={typed}
            onInput={setTyped}
            autoFocus
          />
        ) : (
          <SeriesList preview={preview} />
        )}
        {error !== undefined && <ErrorNotice title="Nothing was deleted" error={error} />}
      </div>
    </Dialog>
  );
}
