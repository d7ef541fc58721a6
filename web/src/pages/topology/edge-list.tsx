// Edges as a list to choose from.

import type { TopologyEdge } from "../../api/types";
import styles from "./panel.module.css";
import type { Choice } from "./search";
import { edgeText, type Names, rateText } from "./words";

/** The table has them all. */
const LISTED = 100;

interface Props {
  edges: TopologyEdge[];
  names: Names;
  label: string;
  onChoose: (choice: Choice) => void;
  current?: string;
}

export function EdgeList({ edges, names, label, onChoose, current }: Props) {
  if (edges.length === 0) return null;
  return (
    <ul class={styles.edges} aria-label={label}>
      {edges.slice(0, LISTED).map((edge) => (
        <li key={edge.id}>
          <button
            type="button"
            aria-current={edge.id === current}
            onClick={() => onChoose(`edge:${edge.id}`)}
          >
            <State state={edge.state} short /> {edgeText(names, edge)}
            {edge.samplesPerSecond ? ` (${rateText(edge.samplesPerSecond)})` : ""}
          </button>
        </li>
      ))}
      {edges.length > LISTED && <li>and {edges.length - LISTED} more: see the table</li>}
    </ul>
  );
}

export function State({ state, short }: { state: TopologyEdge["state"]; short?: boolean }) {
  const sign = state === "broken" ? "✕" : "✓";
  return (
    <span class={state === "broken" ? styles.broken : styles.allowed}>
      <span aria-hidden="true">{sign}</span>
      <span class={short ? "visually-hidden" : undefined}> {state}</span>
    </span>
  );
}
