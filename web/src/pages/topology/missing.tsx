// What would have to be there for a request to be allowed, statement by statement: where, the JSON
// to add, and the command that adds it. Edges and denials show it alike.

import type { Missing, PolicyDocument } from "../../api/types";
import { CopyButton } from "../../ui/copy-button";
import { JsonView } from "./json-view";
import { remedy, sideName } from "./mend";
import styles from "./missing.module.css";

interface Props {
  missing: Missing[];
  /** Why, where no statement is missing. */
  reason?: string;
  documents?: PolicyDocument[];
}

export function MissingList({ missing, reason, documents = [] }: Props) {
  if (missing.length === 0 && reason) return <p>The last request was refused: {reason}</p>;
  if (missing.length === 0)
    return (
      <p>
        No statement is missing: a statement with the effect Deny refuses it, and it goes before
        every Allow.
      </p>
    );
  return (
    <ol class={styles.list}>
      {missing.map((one) => (
        <MissingStatement key={one.side + one.holder} missing={one} documents={documents} />
      ))}
    </ol>
  );
}

function MissingStatement({
  missing,
  documents,
}: {
  missing: Missing;
  documents: PolicyDocument[];
}) {
  const { text, command } = remedy(missing, documents, location.origin);
  const where = `${sideName(missing.side)} of ${missing.holder}`;
  return (
    <li class={styles.missing}>
      <p class={styles.side}>
        {missing.statement ? "Missing in" : "Refused by"} the{" "}
        <strong>{sideName(missing.side)}</strong> of {missing.holder}
      </p>
      {missing.nearMiss && <p class={styles.near}>{missing.nearMiss}</p>}
      {missing.statement && (
        <>
          <JsonView json={missing.statement} label={`Statement for the ${where}`} />
          <CopyButton text={missing.statement} label="Copy statement" />
        </>
      )}
      <p class={styles.how}>{text}</p>
      {command && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <section class={styles.command} tabIndex={0} aria-label={`Command for the ${where}`}>
            <pre>{command}</pre>
          </section>
          <CopyButton text={command} label="Copy command" />
        </>
      )}
    </li>
  );
}
