// Time range, zoom out, shift, refresh and its interval; see use-time-range.ts.

import { useEffect } from "preact/hooks";
import { refreshNow, type TimeControl } from "./use-time-range";

export interface TimePickerProps {
  time: TimeControl;
  /** Something of the page is loading: the refresh button shows it. */
  busy?: boolean;
}

const RELATIVE = ["5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d", "30d"];

export function TimePicker({ time, busy }: TimePickerProps) {
  useEffect(() => {
    if (!time.refreshEvery) return;
    const timer = setInterval(() => document.hidden || refreshNow(), time.refreshEvery * 1000);
    return () => clearInterval(timer);
  }, [time.refreshEvery]);
  return (
    <fieldset>
      <select
        aria-label="Time range"
        value={time.range.from}
        onChange={(event) => time.setRange({ from: event.currentTarget.value, to: "now" })}
      >
        {RELATIVE.map((each) => (
          <option key={each} value={`now-${each}`}>
            Last {each}
          </option>
        ))}
      </select>
      <button type="button" aria-busy={busy} onClick={time.refresh}>
        Refresh
      </button>
    </fieldset>
  );
}
