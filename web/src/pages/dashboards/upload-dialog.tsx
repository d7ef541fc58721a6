// Says what a file is and what of it will not be shown, and hands it to the hub.

import { useState } from "preact/hooks";
import { putDashboard } from "../../api/client";
import { linkTo, useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNotice } from "../../ui/error-notice";
import { Skeleton } from "../../ui/skeleton";
import { toast } from "../../ui/toast";
import { useLoad } from "../../ui/use-load";
import { BYTES_MAX, type Checked, checkUpload, TOO_LONG, type Upload } from "./upload";

export interface UploadDialogProps {
  file: File;
  /** The uids that the account has. */
  known: string[];
  onClose: () => void;
  onSaved: () => void;
}

async function read(file: File): Promise<Checked> {
  // What is too long however it is indented is not read at all.
  return file.size > 8 * BYTES_MAX ? { error: TOO_LONG } : checkUpload(await file.text());
}

export function UploadDialog({ file, known, onClose, onSaved }: UploadDialogProps) {
  const checked = useLoad(() => read(file), [file]).data;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const address = useAddress();
  const upload = checked && "upload" in checked ? checked.upload : undefined;
  const replaces = upload !== undefined && known.includes(upload.uid);
  const save = async ({ uid, json, title }: Upload) => {
    setBusy(true);
    try {
      await putDashboard(uid, json);
    } catch (failure) {
      setError(failure);
      setBusy(false);
      return;
    }
    toast(`“${title}” is saved`);
    onClose();
    onSaved();
    address.go(linkTo(`/console/dashboards/${uid}`));
  };
  return (
    <Dialog
      title={`Upload ${file.name}`}
      open
      onClose={onClose}
      actions={
        upload && (
          <Button kind="primary" busy={busy} onClick={() => busy || save(upload)}>
            {replaces ? "Replace" : "Save"}
          </Button>
        )
      }
    >
      {!checked && <Skeleton height={80} />}
      {checked && "error" in checked && (
        <ErrorNotice title="This file cannot be uploaded" error={checked.error} />
      )}
      {upload && <Summary upload={upload} replaces={replaces} />}
      {error !== undefined && <ErrorNotice title="It was not saved" error={error} />}
    </Dialog>
  );
}

function Summary({ upload, replaces }: { upload: Upload; replaces: boolean }) {
  return (
    <>
      <p>
        <strong>{upload.title}</strong>, as <code>{upload.uid}</code>.{" "}
        {replaces && "There is one with this uid, which it replaces."}
      </p>
      {upload.notes.length > 0 && (
        <>
          <p>What differs from Grafana:</p>
          <ul>
            {upload.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
