// Time range, zoom out, shift, refresh and its interval; see use-time-range.ts.

import { useEffect, useRef, useState } from "preact/hooks";
import { hubNow } from "../api/clock";
import { DEFAULT_RANGE, parseInstant, type TimeRange } from "../time/range";
import { zoneName } from "../time/zone";
import { Button, buttonClass } from "./button";
import { Field } from "./field";
import { useShortcut } from "./shortcuts";
import styles from "./time-picker.module.css";
import { describe, fieldText, instantText, shifted, typedRange, zoomedOut } from "./time-text";
import { usePopup } from "./use-popup";
import { refreshNow, type TimeControl } from "./use-time-range";

export interface TimePickerProps {
  time: TimeControl;
  /** Something of the page is loading: the refresh button shows it. */
  busy: boolean;
}

const last = (duration: string): TimeRange => ({ from: `now-${duration}`, to: "now" });
const QUICK: TimeRange[] = [
  ...["5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d", "30d", "90d"].map(last),
  { from: "now/d", to: "now/d" },
  { from: "now-1d/d", to: "now-1d/d" },
];
const REFRESH = ["5s", "10s", "30s", "1m", "5m", "15m", "1h"];

/** Refreshes while the tab is seen and the answers of the last time are there. */
function useAutoRefresh(everySeconds: number, busy: boolean): void {
  const waiting = useRef(busy);
  waiting.current = busy;
  useEffect(() => {
    if (!everySeconds) return;
    let lastMs = Date.now();
    const look = () => {
      if (document.hidden || waiting.current || Date.now() - lastMs < everySeconds * 990) return;
      lastMs = Date.now();
      refreshNow();
    };
    const timer = setInterval(look, Math.max(everySeconds, 1) * 1000);
    // What was missed while nobody looked.
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [everySeconds]);
}

export function TimePicker({ time, busy }: TimePickerProps) {
  useAutoRefresh(time.refreshEvery, busy);
  const now = () => hubNow() / 1000;
  const back = () => time.zoom(shifted(time.interval, -1, now()));
  const forward = () => time.zoom(shifted(time.interval, 1, now()));
  const zoomOut = () => time.zoom(zoomedOut(time.interval, now()));
  useShortcut("t ArrowLeft", "Time range back", back);
  useShortcut("t ArrowRight", "Time range forward", forward);
  useShortcut("t z", "Zoom out", zoomOut);
  useShortcut("r", "Refresh", time.refresh);
  return (
    <fieldset class={styles.picker}>
      <legend class="visually-hidden">Time range</legend>
      <Button kind="quiet" label="Time range back" onClick={back}>
        ‹
      </Button>
      <RangeButton time={time} />
      <Button kind="quiet" label="Time range forward" onClick={forward}>
        ›
      </Button>
      <Button kind="quiet" label="Zoom out" onClick={zoomOut}>
        <ZoomOutSign />
      </Button>
      <Button kind="quiet" label="Refresh" busy={busy} onClick={time.refresh}>
        <RefreshSign turning={busy} />
      </Button>
      <RefreshInterval time={time} />
    </fieldset>
  );
}

function RefreshInterval({ time }: { time: TimeControl }) {
  const chosen = REFRESH.includes(time.refreshText) ? REFRESH : [time.refreshText, ...REFRESH];
  return (
    <select
      class={styles.refresh}
      aria-label="Refresh every"
      title="Refresh every"
      value={time.refreshText}
      onChange={(event) => time.setRefresh(event.currentTarget.value)}
    >
      <option value="">Off</option>
      {chosen.filter(Boolean).map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}

function RangeButton({ time }: { time: TimeControl }) {
  const { open, setOpen, close, root, popup, trigger } = usePopup();
  const choose = (range: TimeRange) => {
    time.setRange(range);
    close();
  };
  const text = describe(time.wrong ? DEFAULT_RANGE : time.range);
  return (
    <div class={styles.root} ref={root}>
      <button
        ref={trigger}
        type="button"
        class={buttonClass(time.wrong ? "danger" : undefined)}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`Time range: ${text}`}
        title={
          time.wrong || `${instantText(time.interval.start)} to ${instantText(time.interval.end)}`
        }
        onClick={() => setOpen(!open)}
      >
        {text} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div class={styles.popup} ref={popup} role="dialog" aria-label="Time range">
          <Absolute time={time} choose={choose} />
          <ul class={styles.quick} aria-label="Quick ranges">
            {QUICK.map((range) => (
              <li key={describe(range)}>
                <button
                  type="button"
                  class={styles.item}
                  aria-current={range.from === time.range.from && range.to === time.range.to}
                  onClick={() => choose(range)}
                >
                  {describe(range)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

interface AbsoluteProps {
  time: TimeControl;
  choose: (range: TimeRange) => void;
}

function Absolute({ time, choose }: AbsoluteProps) {
  const [from, setFrom] = useState(fieldText(time.range.from));
  const [to, setTo] = useState(fieldText(time.range.to));
  const [wrong, setWrong] = useState(time.wrong);
  const submit = (event: Event) => {
    event.preventDefault();
    const range = typedRange(from, to, hubNow() / 1000);
    if (typeof range === "string") setWrong(range);
    else choose(range);
  };
  const now = time.interval;
  return (
    <form class={styles.absolute} onSubmit={submit}>
      <Instant label="From" text={from} setText={setFrom} fallback={now.start} />
      <Instant label="To" text={to} setText={setTo} fallback={now.end} />
      <div class={styles.wrong} aria-live="polite">
        {wrong}
      </div>
      <Button type="submit" kind="primary">
        Apply
      </Button>
      <p class={styles.zone}>
        {zoneName()}; another zone: the menu at the top right. Also now-6h, now-1d/d.
      </p>
    </form>
  );
}

interface InstantProps {
  label: string;
  text: string;
  setText: (text: string) => void;
  /** Where the calendar opens while the text is no date. */
  fallback: number;
}

/** A text such as "now-6h" or a date, with the browser's own calendar for the latter. */
function Instant({ label, text, setText, fallback }: InstantProps) {
  const calendar = useRef<HTMLInputElement>(null);
  const date = instantText(parseInstant(text, fallback) ?? fallback);
  return (
    <div class={styles.instant}>
      <Field label={label} value={text} onInput={setText} mono />
      <input
        ref={calendar}
        class={styles.calendar}
        type="datetime-local"
        step={1}
        tabIndex={-1}
        aria-hidden="true"
        value={date.replace(" ", "T")}
        onChange={(event) => setText(event.currentTarget.value.replace("T", " "))}
      />
      <Button label={`${label}: calendar`} onClick={() => calendar.current?.showPicker()}>
        <CalendarSign />
      </Button>
    </div>
  );
}

function ZoomOutSign() {
  return (
    <svg class={styles.sign} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M10.5 10.5 14 14M4.5 7h5M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0Z" />
    </svg>
  );
}

function RefreshSign({ turning }: { turning: boolean }) {
  const classes = turning ? `${styles.sign} ${styles.turning}` : styles.sign;
  return (
    <svg class={classes} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 1.5v3h-3" />
    </svg>
  );
}

function CalendarSign() {
  return (
    <svg class={styles.sign} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 3.5h12v10H2zM2 6.5h12M5 1.5v3M11 1.5v3" />
    </svg>
  );
}
