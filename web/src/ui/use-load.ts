// Loads what a view shows. Old data stay while new ones come; what is on its way when the view is
// left or asks for something else is aborted.
//
//   const answer = useLoad((signal) => workspace.tsdbStatus(20, signal), [workspace, refreshed]);
//   answer.data, answer.error, answer.loading, answer.reload()

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<T> {
  /** Of the last answer that was one. */
  data: T | undefined;
  /** Of the last attempt; undefined after one that succeeded. */
  error: unknown;
  loading: boolean;
  reload: () => void;
}

interface State<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
}

/** `load` is called again when one of `dependencies` changes; undefined from it loads nothing. */
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<T> | undefined,
  dependencies: readonly unknown[],
): Loaded<T> {
  const [state, setState] = useState<State<T>>({
    data: undefined,
    error: undefined,
    loading: true,
  });
  const [attempt, setAttempt] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const promise = latest.current(signal);
    if (!promise) {
      setState({ data: undefined, error: undefined, loading: false });
      return;
    }
    setState((before) => ({ ...before, loading: true }));
    promise.then(
      (data) => signal.aborted || setState({ data, error: undefined, loading: false }),
      (error) =>
        signal.aborted || setState((before) => ({ data: before.data, error, loading: false })),
    );
    return () => controller.abort();
  }, [...dependencies, attempt]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...state, reload };
}
