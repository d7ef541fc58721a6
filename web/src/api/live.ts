// What is asked again and again while somebody looks: old data stay while new ones come, a hidden
// tab asks nothing, and what is under way ends when the view is left.

import { useEffect, useRef, useState } from "preact/hooks";

export interface Live<T> {
  /** The last that was answered, also while the next is under way or has failed. */
  data?: T;
  /** Why the last attempt failed; absent after one that did not. */
  error?: unknown;
  loading: boolean;
  /** Asks at once. */
  retry: () => void;
}

/**
 * Calls `load` at once, again `everyMs` after each answer, and anew when something in `inputs`
 * changes: then the old data go, since they belong to something else.
 */
export function useLive<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
  inputs: unknown[],
): Live<T> {
  const [state, setState] = useState<Omit<Live<T>, "retry">>({ loading: true });
  const again = useRef<() => void>(() => {});
  const current = useRef(load);
  current.current = load;

  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    const ask = async () => {
      clearTimeout(timer);
      if (running || left.signal.aborted) return;
      running = true;
      setState((before) => ({ ...before, loading: true }));
      try {
        const data = await current.current(left.signal);
        if (!left.signal.aborted) setState({ data, loading: false });
      } catch (error) {
        if (!left.signal.aborted) setState((before) => ({ ...before, error, loading: false }));
      }
      running = false;
      if (!left.signal.aborted && !document.hidden) timer = setTimeout(ask, everyMs);
    };
    const shown = () => {
      if (!document.hidden) ask();
    };
    setState({ loading: true });
    again.current = ask;
    document.addEventListener("visibilitychange", shown);
    ask();
    return () => {
      left.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, inputs);

  return { ...state, retry: () => again.current() };
}
