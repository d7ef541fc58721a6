// All edges as a table: what the graph shows, for those who read rather than look.

import type { Topology, TopologyEdge } from "../../api/types";
import { Empty } from "../../ui/empty";
import { type Column, Table } from "../../ui/table";
import { State } from "./edge-list";
import styles from "./edge-table.module.css";
import { sideName } from "./mend";
import { edgeText, type Names, nodeText, rateText } from "./words";

interface Props {
  topology: Topology;
  names: Names;
  chosen: string | undefined;
  onChoose: (edge: TopologyEdge) => void;
}

function missingText(edge: TopologyEdge): string {
  if (edge.state === "allowed") return "";
  const sides = edge.missing.map((one) => `${sideName(one.side)} of ${one.holder}`);
  return sides.join("; ") || edge.reason || "denied by a statement";
}

function text(id: string, header: string, value: (edge: TopologyEdge) => string) {
  const cell = (edge: TopologyEdge) => <span class={styles.text}>{value(edge)}</span>;
  return { id, header, value, cell };
}

function columnsOf(names: Names): Column<TopologyEdge>[] {
  return [
    {
      id: "state",
      header: "State",
      // Broken ones come first in descending order.
      value: (edge) => edge.state,
      cell: (edge) => (
        <span class={styles.state}>
          <State state={edge.state} />
          <span class="visually-hidden">: {edgeText(names, edge)}</span>
        </span>
      ),
      width: "90px",
    },
    text("from", "From", (edge) => nodeText(names, edge.from)),
    {
      id: "action",
      header: "Action",
      value: (edge) => edge.action,
      width: "150px",
      cell: (edge) => <span class={styles.word}>{edge.action}</span>,
    },
    text("to", "To", (edge) => nodeText(names, edge.to)),
    text("missing", "Missing in", missingText),
    {
      id: "rate",
      header: "Samples",
      numeric: true,
      value: (edge) => edge.samplesPerSecond ?? -1,
      cell: (edge) => rateText(edge.samplesPerSecond),
      width: "90px",
    },
  ];
}

export function EdgeTable({ topology, names, chosen, onChoose }: Props) {
  return (
    <Table
      label="Edges"
      columns={columnsOf(names)}
      rows={topology.edges}
      rowKey={(edge) => edge.id}
      sort={{ id: "state", descending: true }}
      filter
      height={420}
      onChoose={onChoose}
      chosen={chosen}
      empty={<Empty title="No edges: nobody may assume, write or query anything yet" />}
    />
  );
}
