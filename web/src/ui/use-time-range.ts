// The time range of a page, bound to its address (?from=now-1h&to=now&refresh=30s), as Grafana's.
//
//   const time = useTimeRange();          // or useTimeRange({ from: "now-6h", to: "now" })
//   <TimePicker time={time} busy={answer.loading} />
//   useLoad((signal) => ..time.interval.., [time.interval])   // the same object until it changes
//   <Chart onSelect={time.zoom} />
//
// "now" is the hub's time at the last refresh and is one for the whole page, so all panels show the
// same stretch. Auto refresh runs while a TimePicker is on the page and its tab is visible.

import { signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { hubNow, offsetMs } from "../api/clock";
import {
  DEFAULT_RANGE,
  type Interval,
  parseDuration,
  resolve,
  type TimeRange,
} from "../time/range";
import { useAddress } from "./address";
import { typedRange } from "./time-text";

export interface TimeControl {
  /** As it is written: {"from": "now-1h", "to": "now"}. */
  range: TimeRange;
  /** Why it cannot be read, and the last hour is shown instead; "" where it can. */
  wrong: string;
  /** Seconds since 1970, as of the last refresh. */
  interval: Interval;
  /** Seconds between two refreshes; 0 where nobody wants it. */
  refreshEvery: number;
  /** The same as it is written: "30s"; "" for never. */
  refreshText: string;
  setRange(range: TimeRange): void;
  /** To an absolute range, such as one that was selected in a graph. */
  zoom(interval: Interval): void;
  refresh(): void;
  /** "30s"; "" for never. */
  setRefresh(every: string): void;
}

export interface TimeDefaults extends TimeRange {
  refresh?: string;
}

const now = signal(hubNow() / 1000);

export function refreshNow(): void {
  now.value = hubNow() / 1000;
}

// A clock that was found to be wrong: what was "now" before was not.
offsetMs.subscribe(refreshNow);

/** For the shell: a page that is opened looks at now, not at when what was before it did. */
export function useFreshNow(path: string): void {
  const last = useRef("");
  if (last.current === path) return;
  last.current = path;
  refreshNow();
}

export function useTimeRange(defaults: TimeDefaults = DEFAULT_RANGE): TimeControl {
  const address = useAddress();
  const from = address.params.get("from") ?? defaults.from;
  const to = address.params.get("to") ?? defaults.to;
  const refresh = address.params.get("refresh") ?? defaults.refresh ?? "";
  const at = now.value;

  return useMemo(() => {
    const range = { from, to };
    const interval = resolve(range, at);
    const setRange = (next: TimeRange) => {
      refreshNow();
      address.set({ from: next.from, to: next.to });
    };
    return {
      range,
      wrong: interval ? "" : String(typedRange(from, to, at)),
      interval: interval ?? { start: at - 3600, end: at },
      refreshEvery: parseDuration(refresh) ?? 0,
      refreshText: parseDuration(refresh) ? refresh : "",
      setRange,
      zoom: ({ start, end }: Interval) =>
        setRange({
          from: String(Math.round(start * 1000)),
          to: String(Math.round(end * 1000)),
        }),
      refresh: refreshNow,
      setRefresh: (every: string) => address.set({ refresh: every || "off" }, "replace"),
    };
  }, [from, to, refresh, at]);
}
