// Of each query: what it cost, what the hub remarks, and why it failed.

import { formatValue } from "../../format/units";
import { Button } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Facts } from "../../ui/facts";
import styles from "./page.module.css";
import type { Answer, Outcome } from "./queries";
import { countOf } from "./results";

function seconds(value: number): string {
  return formatValue(value, "s");
}

function Statistics({ outcome, step }: { outcome: Outcome; step: number | undefined }) {
  const { data, tookMs } = outcome;
  if (!data) return null;
  const { series, samples } = countOf(data);
  const { samples: read, timings } = data.stats ?? {};
  const facts: [string, string][] = [
    ["series", series.toLocaleString("en")],
    ["samples", samples.toLocaleString("en")],
  ];
  if (step) facts.push(["step", seconds(step)]);
  if (read) {
    facts.push(["samples read", read.totalQueryableSamples.toLocaleString("en")]);
    facts.push(["most held at once", read.peakSamples.toLocaleString("en")]);
  }
  if (timings) {
    facts.push(["waited in the hub", seconds(timings.execQueueTime)]);
    facts.push(["evaluated", seconds(timings.evalTotalTime)]);
  }
  facts.push(["until it was here", seconds(tookMs / 1000)]);
  return (
    <div class={styles.statistics}>
      <span class={styles.letter}>{outcome.asked.letter}</span>
      <Facts label={`Statistics of query ${outcome.asked.letter}`} facts={facts} />
    </div>
  );
}

export interface OutcomeErrorsProps {
  answer: Answer;
  onRetry: () => void;
  onTable: () => void;
}

/** A range of samples has no line; the hub says so in Prometheus' words. */
function isRangeVector(error: unknown): boolean {
  return (
    error instanceof Error && /type "(range vector|string)" for range query/.test(error.message)
  );
}

/** Above the answers: what went wrong and what is doubtful. */
export function OutcomeErrors({ answer, onRetry, onTable }: OutcomeErrorsProps) {
  return (
    <>
      {answer.outcomes.map(({ asked, error, warnings, infos }) => (
        <div key={asked.letter} class={styles.notes}>
          {error !== undefined && (
            <ErrorNotice title={`Query ${asked.letter} failed`} error={error} onRetry={onRetry} />
          )}
          {isRangeVector(error) && (
            <p class={styles.note}>
              A graph needs one value at each time: rate() or last_over_time() make one.{" "}
              <Button onClick={onTable}>Show it as a table</Button>
            </p>
          )}
          {[...warnings, ...infos].map((text) => (
            <p key={text} class={styles.note} role="status">
              {asked.letter}: {text}
            </p>
          ))}
        </div>
      ))}
    </>
  );
}

/** Below them: what it cost. */
export function OutcomeStatistics({ answer }: { answer: Answer }) {
  const step = answer.moment.kind === "range" ? answer.moment.step : undefined;
  return (
    <section aria-label="Query statistics">
      {answer.outcomes.map((outcome) => (
        <Statistics key={outcome.asked.letter} outcome={outcome} step={step} />
      ))}
    </section>
  );
}
