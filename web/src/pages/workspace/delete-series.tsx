// Deletes series, asked twice: first what matches is shown, then somebody has to confirm it, and
// then to write the workspace's name. The hub authorises it as aps:DeleteSeries.

import { useRef, useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import type { Interval } from "../../time/range";
import { useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Field, Select } from "../../ui/field";
import { useTimeRange } from "../../ui/use-time-range";
import { ConfirmDeletion } from "./confirm-deletion";
import styles from "./delete-series.module.css";
import { countText, PREVIEW_MAX, type Preview, previewOf, spanQuery, spanText } from "./preview";
import { Section } from "./section";
import { linesOf } from "./selector";
import { SeriesList } from "./series-list";

type Span = "all" | "page";

export function DeleteSeries({ api }: { api: WorkspaceApi }) {
  const address = useAddress();
  const time = useTimeRange();
  const text = address.params.get("match") ?? "";
  const span: Span = address.params.get("span") === "page" ? "page" : "all";
  const matches = useMatches(api);
  const [asking, setAsking] = useState(false);
  const selectors = linesOf(text);
  const { preview } = matches;
  const edit = (changes: Record<string, string | null>) => {
    matches.forget("");
    address.set(changes, "replace");
  };
  const look = () => matches.look(selectors, span === "all" ? undefined : time.interval);
  return (
    <Section
      title="Delete series"
      note="Deleted samples cannot be brought back. The action is aps:DeleteSeries."
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
        <Button type="submit" busy={matches.busy} disabled={selectors.length === 0}>
          Show what matches
        </Button>
      </form>
      {matches.error !== undefined && (
        <ErrorNotice title="The series were not found" error={matches.error} onRetry={look} />
      )}
      <p class={styles.done} role="status">
        {matches.done}
      </p>
      {preview && <Matched preview={preview} onDelete={() => setAsking(true)} />}
      {preview && (
        <ConfirmDeletion
          api={api}
          preview={preview}
          open={asking}
          onClose={() => setAsking(false)}
          onDone={() =>
            matches.forget(
              `Deleted ${countText(preview)}. Queries do not find them any more; their names ` +
                "are listed until the hub compacts, within hours.",
            )
          }
        />
      )}
    </Section>
  );
}

/** What matches, and what has been done about it. */
function useMatches(api: WorkspaceApi) {
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState("");
  const last = useRef(0);
  const forget = (because: string) => {
    last.current++;
    setBusy(false);
    setPreview(undefined);
    setError(undefined);
    setDone(because);
  };
  const look = async (selectors: string[], span: Interval | undefined) => {
    forget("");
    setBusy(true);
    const mine = last.current;
    // What was asked before the form was edited is not shown.
    const current = () => mine === last.current;
    try {
      const limit: [string, string] = ["limit", String(PREVIEW_MAX + 1)];
      const { data } = await api.series(selectors, [...spanQuery(span), limit]);
      if (current()) setPreview(previewOf(selectors, span, data));
    } catch (failure) {
      if (current()) setError(failure);
    }
    if (current()) setBusy(false);
  };
  return { preview, error, busy, done, look, forget };
}

function Matched({ preview, onDelete }: { preview: Preview; onDelete: () => void }) {
  const none = preview.series.length === 0;
  return (
    <div class={styles.matched} aria-live="polite">
      <p class={styles.count}>
        {none ? "No series matches." : `This hits ${countText(preview)}: ${spanText(preview)}.`}
      </p>
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
