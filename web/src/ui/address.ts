// What a view shows stands in its address, so that a link and the back button bring it back.
//
//   const address = useAddress();
//   address.params.get("expr"); address.params.getAll("var-job");
//   address.set({ expr: "up" });                       // a new entry of the history
//   address.set({ axis: "log" }, "replace");           // none
//   <a href={linkTo("/console/explore", { expr })}>    // keeps workspace and time range
//   address.go(linkTo("/console/topology"));

import { useMemo } from "preact/hooks";
import { useLocation } from "preact-iso";

/** null and "" take a parameter away; a list repeats it. */
export type Changes = Record<string, string | string[] | null | undefined>;
export type History = "push" | "replace";

export interface Address {
  /** Without the slash at the end: "/console/explore". */
  path: string;
  params: URLSearchParams;
  set(changes: Changes, history?: History): void;
  go(url: string, history?: History): void;
}

/** Parameters that links between pages keep. */
export const KEPT = ["ws", "from", "to", "refresh"];

export function withChanges(params: URLSearchParams, changes: Changes): URLSearchParams {
  const result = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    result.delete(name);
    if (typeof value === "string" && value !== "") result.append(name, value);
    if (Array.isArray(value)) for (const each of value) result.append(name, each);
  }
  return result;
}

export function toUrl(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** A link to another page that keeps `KEPT` of this one's address; `changes` go above them. */
export function linkTo(path: string, changes: Changes = {}, search = location.search): string {
  const now = new URLSearchParams(search);
  const kept = new URLSearchParams();
  for (const name of KEPT) for (const value of now.getAll(name)) kept.append(name, value);
  return toUrl(path, withChanges(kept, changes));
}

export function useAddress(): Address {
  const { url, path, route } = useLocation();
  return useMemo(() => {
    const go = (to: string, history: History = "push") => route(to, history === "replace");
    return {
      path,
      params: new URLSearchParams(new URL(url, location.origin).search),
      go,
      // Reads the address as it is now: two changes in one event both stay.
      set(changes: Changes, history: History = "push") {
        const to = toUrl(
          location.pathname,
          withChanges(new URLSearchParams(location.search), changes),
        );
        if (to !== location.pathname + location.search) go(to, history);
      },
    };
  }, [url]);
}
