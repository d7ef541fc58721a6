// As useLoad, again and again while somebody looks: a hidden tab asks nothing, and asks at once
// when it is shown. What the caller may not do is not tried again: each time would be one more
// denial.
//
//   const activity = useLive((signal) => workspace.activity(signal), 5000, [workspace]);

import { useEffect } from "preact/hooks";
import { HubError } from "../api/client";
import { type Loaded, useLoad } from "./use-load";

export function useLive<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
  dependencies: readonly unknown[],
): Loaded<T> {
  const loaded = useLoad(load, dependencies);
  const { loading, reload, error } = loaded;
  const refused = error instanceof HubError && error.status === 403;
  useEffect(() => {
    if (loading || refused) return;
    const ask = () => document.hidden || reload();
    const timer = setInterval(ask, everyMs);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [loading, refused, reload, everyMs]);
  return loaded;
}
