// The answers as a graph, and how it is drawn.

import { useMemo, useState } from "preact/hooks";
import { Chart } from "../../chart/chart";
import { UNITS } from "../../format/units";
import type { Interval } from "../../time/range";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { Select } from "../../ui/field";
import styles from "./page.module.css";
import type { Answer } from "./queries";
import { toGraph } from "./results";
import type { ExploreState, GraphStyle } from "./state";

const HEIGHT = 460;
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

export interface GraphViewProps {
  answer: Answer;
  state: ExploreState;
  onZoom: (interval: Interval) => void;
}

export function GraphView({ answer, state, onZoom }: GraphViewProps) {
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
      <Empty title="Nothing in this time range" height={HEIGHT}>
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
          height={HEIGHT}
          unit={state.unit || undefined}
          style={state.style === "area" ? "line" : state.style}
          fillOpacity={state.style === "area" ? (state.stacked ? 60 : 15) : undefined}
          stacked={state.stacked}
          logarithmic={state.logarithmic}
          legend="table"
          onSelect={onZoom}
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
