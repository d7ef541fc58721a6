// Deletes series, asked twice: first what matches is shown, then somebody has to confirm it, and
// then to write the workspace's name. The hub authorises it as aps:DeleteSeries.

import { useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import { useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNotice } from "../../ui/error-notice";
import { Field, Select } from "../../ui/field";
import { toast } from "../../ui/toast";
import { useTimeRange } from "../../ui/use-time-range";
import { workspaceName } from "../../ui/workspace";
import styles from "./delete-series.module.css";
import { countText, PREVIEW_MAX, type Preview, previewOf, seriesText } from "./preview";
import { Section } from "./section";
import { linesOf } from "./selector";

const LISTED = 200;
type Span = "all" | "page";

export function DeleteSeries({ api }: { api: WorkspaceApi }) {
  const address = useAddress();
  const time = useTimeRange();
  const text = address.params.get("match") ?? "";
  const span: Span = address.params.get("span") === "page" ? "page" : "all";
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const selectors = linesOf(text);
  const edit = (changes: Record<string, string | null>) => {
    setPreview(undefined);
    setError(undefined);
    address.set(changes, "replace");
  };
  const look = async () => {
    setBusy(true);
    setError(undefined);
    const { start, end } = time.interval;
    const range: [string, string][] | undefined =
      span === "all"
        ? undefined
        : [
            ["start", String(start)],
            ["end", String(end)],
          ];
    try {
      const limit: [string, string] = ["limit", String(PREVIEW_MAX + 1)];
      const { data } = await api.series(selectors, [...(range ?? []), limit]);
      setPreview(previewOf(selectors, range, data));
    } catch (failure) {
      setPreview(undefined);
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <Section
      title="Delete series"
      note="Deleted samples cannot be brought back. Who may do it: aps:DeleteSeries on this workspace."
    >
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (selectors.length > 0) look();
        }}
      >
        <Field
          label="Selectors, one per line"
          value={text}
          onInput={(match) => edit({ match })}
          rows={3}
          mono
          placeholder={'http_requests_total{instance="10.0.0.7:8080"}'}
        />
        <Select
          label="Samples"
          value={span}
          options={[
            ["all", "of all time"],
            ["page", `from ${time.range.from} to ${time.range.to}`],
          ]}
          onChange={(next) => edit({ span: next === "all" ? null : next })}
        />
        <Button type="submit" busy={busy} disabled={selectors.length === 0}>
          Show what matches
        </Button>
      </form>
      {error !== undefined && (
        <ErrorNotice title="The series were not found" error={error} onRetry={look} />
      )}
      {preview && <Matched preview={preview} onDelete={() => setAsking(true)} />}
      {preview && (
        <Confirm
          api={api}
          preview={preview}
          open={asking}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            toast(`Deleted ${countText(preview)}`);
            look();
          }}
        />
      )}
    </Section>
  );
}

function Matched({ preview, onDelete }: { preview: Preview; onDelete: () => void }) {
  const none = preview.series.length === 0;
  return (
    <div class={styles.matched} aria-live="polite">
      <p class={styles.count}>{none ? "No series matches." : `This hits ${countText(preview)}.`}</p>
      {!none && (
        <>
          <SeriesList preview={preview} />
          <div>
            <Button kind="danger" onClick={onDelete}>
              Delete {countText(preview)}…
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function SeriesList({ preview }: { preview: Preview }) {
  return (
    <>
      <ul class={styles.metrics} aria-label="By metric">
        {preview.byMetric.slice(0, 20).map(({ metric, count }) => (
          <li key={metric}>
            <code>{metric}</code> {count.toLocaleString("en")}
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class={styles.series} tabIndex={0} aria-label="Series that match">
        <pre>{preview.series.slice(0, LISTED).map(seriesText).join("\n")}</pre>
        {preview.series.length > LISTED && <p>The first {LISTED} of them.</p>}
      </section>
    </>
  );
}

interface ConfirmProps {
  api: WorkspaceApi;
  preview: Preview;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

function Confirm({ api, preview, open, onClose, onDone }: ConfirmProps) {
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
      await api.deleteSeries(preview.selectors, preview.range);
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
          {countText(preview)} of workspace <strong>{name}</strong>,{" "}
          {preview.range ? "within the chosen time" : "all of their samples"}:
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
