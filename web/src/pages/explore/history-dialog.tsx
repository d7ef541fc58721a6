// The queries that were run in this browser.

import { useMemo, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { forget, readHistory } from "../../ui/query-history";
import styles from "./page.module.css";

export interface HistoryDialogProps {
  open: boolean;
  onClose: () => void;
  onChoose: (expression: string) => void;
}

function Body({ onChoose }: Pick<HistoryDialogProps, "onChoose">) {
  const [filter, setFilter] = useState("");
  const [emptied, setEmptied] = useState(false);
  const all = useMemo(() => readHistory(), [emptied]);
  const shown = all.filter((each) => each.toLowerCase().includes(filter.toLowerCase()));
  if (all.length === 0) {
    return <p>Queries that you run are kept here, in this browser alone. There is none yet.</p>;
  }
  return (
    <>
      <Field label="Filter" type="search" value={filter} onInput={setFilter} autoFocus />
      <ul class={styles.history} aria-label="Queries, the last first">
        {shown.map((expression) => (
          <li key={expression}>
            <button type="button" onClick={() => onChoose(expression)}>
              {expression}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p>No query has “{filter}” in it.</p>}
      <Button
        onClick={() => {
          forget();
          setEmptied(true);
        }}
      >
        Forget all
      </Button>
    </>
  );
}

export function HistoryDialog({ open, onClose, onChoose }: HistoryDialogProps) {
  return (
    <Dialog title="History" open={open} onClose={onClose} wide>
      <Body onChoose={onChoose} />
    </Dialog>
  );
}
