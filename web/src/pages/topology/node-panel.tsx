// A role, user, service or workspace; an account; accounts that look the same.

import type { TopologyAccount, TopologyEdge, TopologyNode } from "../../api/types";
import { linkTo } from "../../ui/address";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy-button";
import { EdgeList } from "./edge-list";
import type { PanelProps } from "./panel";
import styles from "./panel.module.css";
import { accountTitle, type Box, kindOf } from "./picture";

export function NodePanel(props: PanelProps & { node: TopologyNode }) {
  const { node, topology, names, onChoose } = props;
  const account = topology.accounts.find((one) => one.id === node.account);
  return (
    <>
      <h2>{node.name}</h2>
      <dl class={styles.facts}>
        <dt>Kind</dt>
        <dd>{kindOf(node)}</dd>
        {account && (
          <>
            <dt>Account</dt>
            <dd>
              <button
                type="button"
                class={styles.link}
                onClick={() => onChoose(`account:${account.id}`)}
              >
                {accountTitle(account, account.id)}
              </button>
            </dd>
          </>
        )}
        {node.kind !== "service" && node.kind !== "anyone" && (
          <>
            <dt>ARN</dt>
            <dd>
              <code class={styles.arn}>{node.id}</code> <CopyButton kind="quiet" text={node.id} />
            </dd>
          </>
        )}
      </dl>
      {node.kind === "workspace" && <WorkspaceLinks node={node} />}
      {node.kind === "anyone" && (
        <p class={styles.note}>
          The roles below trust everybody: name the accounts that are meant in their trust policies.
        </p>
      )}
      <EdgesOf
        title="From here"
        edges={topology.edges.filter((edge) => edge.from === node.id)}
        {...{ names, onChoose }}
      />
      <EdgesOf
        title="To here"
        edges={topology.edges.filter((edge) => edge.to === node.id)}
        {...{ names, onChoose }}
      />
    </>
  );
}

function WorkspaceLinks({ node }: { node: TopologyNode }) {
  const ws = node.id.slice(node.id.lastIndexOf("/") + 1);
  return (
    <p class={styles.links}>
      <a href={linkTo("/console/workspace", { ws })}>Rates, cardinality, writers</a>
      <a href={linkTo("/console/explore", { ws })}>Explore</a>
    </p>
  );
}

function EdgesOf(
  props: { title: string; edges: TopologyEdge[] } & Pick<PanelProps, "names" | "onChoose">,
) {
  if (props.edges.length === 0) return null;
  return (
    <>
      <h3>{props.title}</h3>
      <EdgeList {...props} label={props.title} />
    </>
  );
}

export function AccountPanel(props: PanelProps & { account: TopologyAccount }) {
  const { account, topology, names, onChoose } = props;
  const inside = topology.nodes.filter((node) => node.account === account.id);
  const ids = new Set(inside.map((node) => node.id));
  const edges = topology.edges.filter((edge) => ids.has(edge.from) || ids.has(edge.to));
  return (
    <>
      <h2>{accountTitle(account, account.id)}</h2>
      <Button onClick={() => props.onToggle(account.id)}>
        {props.isOpen(account.id) ? "Fold the account" : "Open the account"}
      </Button>
      <dl class={styles.facts}>
        <dt>Monitoring account</dt>
        <dd>{account.monitoring ? "yes: sees the policies of all accounts" : "no"}</dd>
        <dt>Policies</dt>
        <dd>{account.visible ? "shown" : "not shown: they are another account's"}</dd>
      </dl>
      {inside.length > 0 && <h3>Inside</h3>}
      <ul class={styles.edges} aria-label="Inside">
        {inside.map((node) => (
          <li key={node.id}>
            <button type="button" onClick={() => onChoose(`node:${node.id}`)}>
              {kindOf(node)} {node.name}
            </button>
          </li>
        ))}
      </ul>
      <EdgesOf title="Edges" edges={edges} {...{ names, onChoose }} />
    </>
  );
}

export function StackPanel(props: PanelProps & { stack: Box }) {
  const { stack, topology, onChoose } = props;
  const accounts = topology.accounts.filter((account) => stack.accounts.includes(account.id));
  return (
    <>
      <h2>{stack.title}</h2>
      <p class={styles.note}>
        Their edges are the same: of the same kind and state, between the same names.
      </p>
      <Button onClick={() => props.onToggle(stack.id)}>Show them one by one</Button>
      <ul class={styles.edges} aria-label="Accounts">
        {accounts.map((account) => (
          <li key={account.id}>
            <button type="button" onClick={() => onChoose(`account:${account.id}`)}>
              {accountTitle(account, account.id)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
