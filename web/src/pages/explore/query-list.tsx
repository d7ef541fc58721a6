// The queries: a letter, the field, and what can be done with each.

import { useRef, useState } from "preact/hooks";
import type { WorkspaceApi } from "../../api/client";
import type { Interval } from "../../time/range";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { useShortcut } from "../../ui/shortcuts";
import { toast } from "../../ui/toast";
import type { Editor } from "./editor/create";
import { PromqlField } from "./editor/promql-field";
import { HistoryDialog } from "./history-dialog";
import { MetricsDialog } from "./metrics-dialog";
import styles from "./page.module.css";
import { formatQuery, letterOf } from "./queries";
import { newRow, type QueryRow, type Rows, withText } from "./use-rows";

export interface QueryListProps {
  rows: Rows;
  api: WorkspaceApi;
  interval: Interval;
  busy: boolean;
}

type Handle = Pick<Editor, "insert" | "focus">;

function rowMenu({ rows, commit, set }: Rows, row: QueryRow, index: number, api: WorkspaceApi) {
  const others = rows.filter((each) => each.id !== row.id);
  const move = (by: number) => {
    const next = [...others];
    next.splice(index + by, 0, row);
    commit(next);
  };
  const format = () =>
    formatQuery(api, row.text).then(
      // Only what was asked about: it may have been written on meanwhile.
      (text) =>
        set((now) =>
          now.map((each) =>
            each.id === row.id && each.text === row.text ? withText(each, text) : each,
          ),
        ),
      (error: Error) => toast(error.message),
    );
  return [
    ...(row.text.trim() === "" ? [] : [{ label: "Format", onSelect: format }]),
    {
      label: "Duplicate",
      onSelect: () =>
        commit([...rows.slice(0, index + 1), newRow(row.text), ...rows.slice(index + 1)]),
    },
    ...(index > 0 ? [{ label: "Move up", onSelect: () => move(-1) }] : []),
    ...(index < rows.length - 1 ? [{ label: "Move down", onSelect: () => move(1) }] : []),
    {
      label: "Remove",
      danger: true,
      onSelect: () => commit(others.length > 0 ? others : [newRow()]),
    },
  ];
}

/** What a dialog hands over: put at the cursor, or the whole query where there is none yet. */
function useInsert({ rows, commit }: Rows) {
  const handles = useRef(new Map<number, Handle>());
  const active = useRef<number | undefined>(undefined);
  const target = () => rows.find((row) => row.id === active.current) ?? rows[0];
  const replace = (text: string) => {
    const row = target();
    if (row) commit(rows.map((each) => (each.id === row.id ? withText(each, text) : each)));
  };
  const insert = (text: string) => {
    const row = target();
    const handle = row && handles.current.get(row.id);
    if (!row || row.text.trim() === "" || !handle) replace(text);
    else handle.insert(text);
  };
  return { handles, active, insert, replace };
}

export function QueryList({ rows: state, api, interval, busy }: QueryListProps) {
  const { rows, edit, commit, set } = state;
  const [open, setOpen] = useState<"metrics" | "history">();
  const { handles, active, insert, replace } = useInsert(state);
  const [problems, setProblems] = useState<Record<number, string>>({});
  const wrong = rows.findIndex((row) => problems[row.id]);
  const run = () => commit(rows);
  useShortcut("m", "Look for a metric", () => setOpen("metrics"));
  useShortcut("/", "Write a query", () => rows[0] && handles.current.get(rows[0].id)?.focus());
  const close = () => setOpen(undefined);
  return (
    <section aria-label="Queries" class={styles.queries}>
      {rows.map((row, index) => {
        const letter = letterOf(index);
        return (
          <div key={row.id} class={styles.query} onFocusIn={() => (active.current = row.id)}>
            <Button
              kind="quiet"
              pressed={!row.off}
              label={
                row.off ? `Query ${letter} is off: switch it on` : `Switch query ${letter} off`
              }
              onClick={() =>
                commit(rows.map((each) => (each === row ? { ...row, off: !row.off } : each)))
              }
            >
              {letter}
            </Button>
            <PromqlField
              label={`Query ${letter}`}
              text={row.text}
              revision={row.revision}
              api={api}
              interval={interval}
              onChange={(text) => edit(row.id, text)}
              onRun={run}
              wrong={Boolean(problems[row.id])}
              onProblem={(message) =>
                setProblems((now) =>
                  (now[row.id] ?? "") === message ? now : { ...now, [row.id]: message },
                )
              }
              onReady={(handle) => handles.current.set(row.id, handle)}
            />
            <Menu
              label={`Query ${letter}: more`}
              kind="quiet"
              items={rowMenu(state, row, index, api)}
            >
              ⋯
            </Menu>
          </div>
        );
      })}
      <div class={styles.tools}>
        <Button kind="primary" busy={busy} onClick={run}>
          Run
        </Button>
        <Button onClick={() => set((now) => [...now, newRow()])}>Add query</Button>
        <Button onClick={() => setOpen("metrics")}>Metrics</Button>
        <Button onClick={() => setOpen("history")}>History</Button>
        {/* Here and not below its field: nothing moves while one types. */}
        <p class={styles.problem} role="status">
          {wrong >= 0 && `${letterOf(wrong)}: ${problems[rows[wrong]?.id ?? 0]}`}
        </p>
      </div>
      <MetricsDialog
        open={open === "metrics"}
        api={api}
        interval={interval}
        onClose={close}
        onInsert={(text) => {
          close();
          insert(text);
        }}
        onReplace={(text) => {
          close();
          replace(text);
        }}
      />
      <HistoryDialog
        open={open === "history"}
        onClose={close}
        onChoose={(text) => {
          close();
          replace(text);
        }}
      />
    </section>
  );
}
