// What is known of what is chosen in the graph or the table; of the whole where nothing is.

import { useEffect, useRef } from "preact/hooks";
import type { Topology } from "../../api/types";
import { Button } from "../../ui/button";
import { EdgeList } from "./edge-list";
import { EdgePanel } from "./edge-panel";
import { AccountPanel, NodePanel, StackPanel } from "./node-panel";
import styles from "./panel.module.css";
import type { Picture } from "./picture";
import { type Choice, linkOf, split } from "./search";
import { edgeText, type Names, nodeText } from "./words";

export interface PanelProps {
  topology: Topology;
  picture: Picture;
  names: Names;
  choice: Choice | null;
  isOpen: (account: string) => boolean;
  onChoose: (choice: Choice | null) => void;
  onToggle: (id: string) => void;
}

export function Panel(props: PanelProps) {
  const { choice, onChoose } = props;
  const section = useRef<HTMLElement>(null);
  // On a narrow screen the panel is below the graph: what was asked for comes into sight.
  useEffect(() => {
    if (choice) section.current?.scrollIntoView({ block: "nearest" });
  }, [choice]);
  return (
    <section ref={section} class={styles.panel} aria-label="Details">
      {choice && (
        <div class={styles.close}>
          <Button kind="quiet" label="Close details" onClick={() => onChoose(null)}>
            ×
          </Button>
        </div>
      )}
      {/* Rates and ages change all the time: only what the panel is about is read out. */}
      <p class="visually-hidden" role="status">
        {spoken(props)}
      </p>
      <div class={styles.content}>
        <Content {...props} />
      </div>
    </section>
  );
}

function spoken({ topology, names, choice }: PanelProps): string {
  const [kind, id] = split(choice ?? "");
  const edge = kind === "edge" && topology.edges.find((one) => one.id === id);
  if (edge) return `${edgeText(names, edge)}: ${edge.state}`;
  if (kind === "node") return nodeText(names, id);
  if (choice) return choice.replace(":", " ");
  const broken = topology.edges.filter((one) => one.state === "broken").length;
  return broken === 0 ? "Every edge is allowed" : `${broken} broken`;
}

function Content(props: PanelProps) {
  const { topology, choice } = props;
  if (!choice) return <Overview {...props} />;
  const [kind, id] = split(choice);
  if (kind === "edge") {
    const edge = topology.edges.find((one) => one.id === id);
    const line = linkOf(id, props.picture)?.edges ?? [];
    if (edge) return <EdgePanel {...props} edge={edge} line={line} />;
  }
  if (kind === "node") {
    const node = topology.nodes.find((one) => one.id === id);
    if (node) return <NodePanel {...props} node={node} />;
  }
  if (kind === "account") {
    const account = topology.accounts.find((one) => one.id === id);
    if (account) return <AccountPanel {...props} account={account} />;
  }
  const stack = props.picture.boxes.find((box) => box.id === choice);
  if (stack) return <StackPanel {...props} stack={stack} />;
  return (
    <>
      <h2>Not here any more</h2>
      <p>What this address shows has been deleted, or you may not see it.</p>
    </>
  );
}

function Overview({ topology, names, onChoose }: PanelProps) {
  const broken = topology.edges.filter((edge) => edge.state === "broken");
  const count = (kind: string) => topology.nodes.filter((node) => node.kind === kind).length;
  return (
    <>
      <h2>{broken.length === 0 ? "Every edge is allowed" : `${broken.length} broken`}</h2>
      {broken.length > 0 && <p>Choose one to see which statement is missing, and on which side.</p>}
      <EdgeList edges={broken} names={names} onChoose={onChoose} label="Broken edges" />
      <dl class={styles.facts}>
        <dt>Accounts</dt>
        <dd>{topology.accounts.length}</dd>
        <dt>Roles</dt>
        <dd>{count("role")}</dd>
        <dt>Users</dt>
        <dd>{count("user")}</dd>
        <dt>Workspaces</dt>
        <dd>{count("workspace")}</dd>
        <dt>Edges</dt>
        <dd>{topology.edges.length}</dd>
      </dl>
      {topology.accounts.some((account) => !account.visible) && (
        <p class={styles.note}>
          Policies of other accounts are not shown: only a monitoring account sees them.
        </p>
      )}
    </>
  );
}
