// The answers as a graph, and how it is drawn.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Chart } from "../../chart/chart";
import { ALL_VISIBLE, type Visibility } from "../../chart/visibility";
import { UNITS } from "../../format/units";
import type { Interval } from "../../time/range";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { Select } from "../../ui/field";
import styles from "./page.module.css";
import type { Answer } from "./queries";
import { toGraph } from "./results";
import { type ExploreState, type GraphStyle, NAMES_MAX } from "./state";

const HEIGHT_MIN = 420;
const HEIGHT_MAX = 1000;
// More at once help nobody; who wants them says so.
const DRAWN_MAX = 1000;

const STYLES: [GraphStyle, string][] = [
  ["line", "Lines"],
  ["area", "Areas"],
  ["bars", "Bars"],
  ["points", "Points"],
];

export interface GraphOptionsProps {
  state: ExploreState;
  change: (state: Partial<ExploreState>) => void;
}

function StepField({ state, change }: GraphOptionsProps) {
  const [text, setText] = useState<string>();
  const done = () => {
    if (text !== undefined) change({ step: text.trim() });
    setText(undefined);
  };
  return (
    <form
      class={styles.step}
      onFocusOut={done}
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <label>
        Step
        <input
          value={text ?? state.step}
          placeholder="auto"
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
    </form>
  );
}

export function GraphOptions({ state, change }: GraphOptionsProps) {
  const known = UNITS.some((unit) => unit.name === state.unit);
  const units: [string, string][] = [
    ["", "number"],
    ...UNITS.filter(({ name }) => name !== "short").map(({ name, label }): [string, string] => [
      name,
      label,
    ]),
    ...(known || state.unit === "" ? [] : [[state.unit, state.unit] as [string, string]]),
  ];
  return (
    <div class={styles.options}>
      <StepField state={state} change={change} />
      <Select
        label="Style"
        value={state.style}
        options={STYLES}
        onChange={(style) => change({ style })}
      />
      <Select
        label="Unit"
        value={state.unit}
        options={units}
        onChange={(unit) => change({ unit })}
      />
      <Button pressed={state.stacked} onClick={() => change({ stacked: !state.stacked })}>
        Stacked
      </Button>
      <Button
        pressed={state.logarithmic}
        onClick={() => change({ logarithmic: !state.logarithmic })}
      >
        Log
      </Button>
    </div>
  );
}

/** As the window allows: the queries stay in sight above. */
export function graphHeight(): number {
  return Math.round(Math.min(Math.max(innerHeight * 0.58, HEIGHT_MIN), HEIGHT_MAX));
}

function useGraphHeight(): number {
  const [height, setHeight] = useState(graphHeight);
  useEffect(() => {
    const measure = () => setHeight(graphHeight());
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return height;
}

/** As the address has it, or has to be without: so many names as it does not hold. */
function useVisibility(address: Visibility, write: (visibility: Visibility) => void) {
  const [visibility, setVisibility] = useState(address);
  const textOf = ({ mode, keys }: Visibility) => JSON.stringify([mode, ...keys]);
  const text = textOf(address);
  const known = useRef(text);
  useEffect(() => {
    if (text === known.current) return;
    known.current = text;
    setVisibility(address);
  }, [text]);
  const change = (next: Visibility) => {
    const written = next.keys.size <= NAMES_MAX ? next : ALL_VISIBLE;
    known.current = textOf(written);
    setVisibility(next);
    write(written);
  };
  return [visibility, change] as const;
}

export interface GraphViewProps {
  answer: Answer;
  state: ExploreState;
  onZoom: (interval: Interval) => void;
  onVisibility: (visibility: Visibility) => void;
}

export function GraphView({ answer, state, onZoom, onVisibility }: GraphViewProps) {
  const height = useGraphHeight();
  const [visibility, setVisibility] = useVisibility(state.visibility, onVisibility);
  const graph = useMemo(() => toGraph(answer), [answer]);
  const [all, setAll] = useState(false);
  const cut = !all && graph.series.length > DRAWN_MAX;
  const series = useMemo(
    () => (cut ? graph.series.slice(0, DRAWN_MAX) : graph.series),
    [graph, cut],
  );
  if (answer.moment.kind !== "range" || !answer.outcomes.some((each) => each.data)) return null;
  if (series.length === 0) {
    return (
      <Empty title="Nothing in this time range" height={height}>
        {graph.histograms > 0 ? (
          <p>
            The answer is native histograms, which lines cannot show: try histogram_quantile(0.95,
            …), or look at the table.
          </p>
        ) : (
          <p>
            No series has a sample here. A longer range may have one; “Metrics” lists what there is,
            and a name that is misspelt finds nothing.
          </p>
        )}
      </Empty>
    );
  }
  return (
    <>
      {cut && (
        <p class={styles.note} role="status">
          The first {DRAWN_MAX} of {graph.series.length} series are drawn. topk() or sum by () would
          make it readable. <Button onClick={() => setAll(true)}>Draw all</Button>
        </p>
      )}
      <div class={styles.graph}>
        <Chart
          label="Answers of the queries"
          times={graph.times}
          series={series}
          interval={answer.moment.interval}
          height={height}
          unit={state.unit || undefined}
          style={state.style === "area" ? "line" : state.style}
          fillOpacity={state.style === "area" ? (state.stacked ? 60 : 15) : undefined}
          stacked={state.stacked}
          logarithmic={state.logarithmic}
          legend="table"
          onSelect={onZoom}
          visibility={visibility}
          onVisibility={setVisibility}
        />
      </div>
      {graph.histograms > 0 && (
        <p class={styles.note}>
          {graph.histograms} series are native histograms, which lines cannot show: see the table.
        </p>
      )}
    </>
  );
}
