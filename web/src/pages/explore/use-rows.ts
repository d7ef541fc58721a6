// The queries as they are being written. The address has what was run last; rows follow it when it
// changes (a link, the back button) and keep their editors.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ExploreState } from "./state";

export interface QueryRow {
  /** Stays with the row when others come and go. */
  id: number;
  text: string;
  off: boolean;
  /** Another one tells the editor that the text is not what was typed into it. */
  revision: number;
}

type Written = Pick<ExploreState, "expressions" | "off">;

let last = 0;
export function newRow(text = ""): QueryRow {
  return { id: ++last, text, off: false, revision: 0 };
}

/** With a text that does not come from its editor. */
export function withText(row: QueryRow, text: string): QueryRow {
  return row.text === text ? row : { ...row, text, revision: ++last };
}

export function writtenOf(rows: QueryRow[]): Written {
  return {
    expressions: rows.map((row) => row.text),
    off: rows.flatMap((row, index) => (row.off ? [index] : [])),
  };
}

/** Rows with other texts; those at the same place keep who they are. */
export function rowsOf({ expressions, off }: Written, before: QueryRow[] = []): QueryRow[] {
  return expressions.map((text, index) => ({
    ...withText(before[index] ?? newRow(text), text),
    off: off.includes(index),
  }));
}

export interface Rows {
  rows: QueryRow[];
  /** What is written and not run yet. */
  edit: (id: number, text: string) => void;
  /** Other rows, and their queries run. */
  commit: (rows: QueryRow[]) => void;
  /** Rows, without a run: an empty one more. */
  set: (change: (rows: QueryRow[]) => QueryRow[]) => void;
}

export function useRows(state: Written, run: (written: Written) => void): Rows {
  const [rows, set] = useState(() => rowsOf(state));
  const address = JSON.stringify([state.expressions, state.off]);
  const own = useRef(address);
  useEffect(() => {
    if (address === own.current) return;
    own.current = address;
    set((before) => rowsOf(state, before));
  }, [address]);
  const commit = (next: QueryRow[]) => {
    const written = writtenOf(next);
    own.current = JSON.stringify([written.expressions, written.off]);
    set(next);
    run(written);
  };
  const edit = (id: number, text: string) =>
    set((before) => before.map((row) => (row.id === id ? { ...row, text } : row)));
  return { rows, edit, commit, set };
}
