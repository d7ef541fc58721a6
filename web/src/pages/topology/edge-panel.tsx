// An edge: whether it is allowed, what is missing and where, and the documents of both sides.

import { hubNow } from "../../api/clock";
import type { PolicyDocument, Topology, TopologyEdge } from "../../api/types";
import { formatTime } from "../../format/time";
import { CopyButton } from "../../ui/copy-button";
import { EdgeList, State } from "./edge-list";
import { prettyJson } from "./json";
import { JsonView } from "./json-view";
import { MissingList } from "./missing";
import styles from "./panel.module.css";
import type { Choice } from "./search";
import { ageText, edgeText, type Names, rateText } from "./words";

interface Props {
  topology: Topology;
  edge: TopologyEdge;
  /** All that are drawn as the same line. */
  line: TopologyEdge[];
  names: Names;
  onChoose: (choice: Choice) => void;
}

export function EdgePanel({ topology, edge, line, names, onChoose }: Props) {
  const documents = edge.documents.flatMap((index) => topology.documents[index] ?? []);
  return (
    <>
      <h2>{edgeText(names, edge)}</h2>
      <dl class={styles.facts}>
        <dt>State</dt>
        <dd>
          <State state={edge.state} />
        </dd>
        <dt>Action</dt>
        <dd>
          <code>{edge.action}</code>
        </dd>
        {edge.samplesPerSecond !== undefined && (
          <>
            <dt>Samples</dt>
            <dd>{rateText(edge.samplesPerSecond)}</dd>
          </>
        )}
        {edge.lastWriteAt !== undefined && (
          <>
            <dt>Last write</dt>
            <dd title={formatTime(edge.lastWriteAt)}>
              {ageText(hubNow() / 1000 - edge.lastWriteAt)} ago
            </dd>
          </>
        )}
      </dl>
      {edge.state === "broken" && (
        <>
          <h3>{edge.reason ? "Why it is refused" : "What is missing"}</h3>
          <MissingList missing={edge.missing} reason={edge.reason} documents={documents} />
        </>
      )}
      <h3>Policies of both sides</h3>
      {documents.length === 0 && <p class={styles.note}>Neither side has a policy.</p>}
      {documents.map((document, index) => (
        <Document key={index} document={document} />
      ))}
      {line.length > 1 && (
        <>
          <h3>{line.length} edges on this line</h3>
          <EdgeList
            edges={line}
            names={names}
            label="On this line"
            current={edge.id}
            onChoose={onChoose}
          />
        </>
      )}
    </>
  );
}

function Document({ document }: { document: PolicyDocument }) {
  const { title, document: json, leftOut } = document;
  return (
    <div class={styles.document}>
      <h4>{title}</h4>
      {json === undefined ? (
        <p class={styles.note}>
          {leftOut
            ? "Left out: the policies of this account are too long to show all of them here."
            : "You may not see it: it belongs to another account. A monitoring account sees it."}
        </p>
      ) : (
        <>
          <JsonView json={json} label={title} />
          <CopyButton kind="quiet" text={() => prettyJson(json)} label="Copy policy" />
        </>
      )}
    </div>
  );
}
