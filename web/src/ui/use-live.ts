// As useLoad, again and again while somebody looks: a hidden tab asks nothing, and asks at once when
// it is shown.
//
//   const activity = useLive((signal) => workspace.activity(signal), 5000, [workspace]);

import { useEffect } from "preact/hooks";
import { type Loaded, useLoad } from "./use-load";

export function useLive<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
  dependencies: readonly unknown[],
): Loaded<T> {
  const loaded = useLoad(load, dependencies);
  const { loading, reload } = loaded;
  useEffect(() => {
    if (loading) return;
    const ask = () => document.hidden || reload();
    const timer = setInterval(ask, everyMs);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [loading, reload, everyMs]);
  return loaded;
}
