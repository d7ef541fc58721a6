// What went wrong: what happened, in the hub's words, which statement is missing on which side, and
// a way to try again.
//
//   {answer.error !== undefined && <ErrorNotice error={answer.error} onRetry={answer.reload} />}

import { HubError } from "../api/client";
import { Button } from "./button";
import { CopyButton } from "./copy-button";
import { parseDenial } from "./denial";
import styles from "./error-notice.module.css";

export interface ErrorNoticeProps {
  error: unknown;
  /** What did not come about: "The query failed". */
  title?: string;
  onRetry?: () => void;
  /** For panels: the message, the rest on demand. */
  compact?: boolean;
}

export function ErrorNotice({ error, title, onRetry, compact }: ErrorNoticeProps) {
  const message = error instanceof Error ? error.message : String(error);
  const hub = error instanceof HubError ? error : undefined;
  const details = hub && <Details error={hub} />;
  const more = hub && (hub.denial || hub.requestId);
  return (
    <div class={compact ? `${styles.notice} ${styles.compact}` : styles.notice} role="alert">
      <div class={styles.head}>
        <strong>{title ?? (hub?.status === 403 ? "Not allowed" : "That did not work")}</strong>
        {onRetry && (
          <Button kind="quiet" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
      <p class={styles.message}>{message}</p>
      {compact && more ? (
        <details class={styles.details}>
          <summary>{hub.denial ? "What is missing" : "Details"}</summary>
          {details}
        </details>
      ) : (
        details
      )}
    </div>
  );
}

function Details({ error }: { error: HubError }) {
  const codes = [
    error.status ? `HTTP ${error.status}` : "",
    error.code === "Unreachable" ? "" : error.code,
    error.requestId && `request ${error.requestId}`,
  ].filter(Boolean);
  return (
    <>
      {parseDenial(error.denial).map((part) => (
        <div key={part.text + part.statement} class={styles.part}>
          <div>{part.text[0]?.toUpperCase() + part.text.slice(1)}</div>
          {part.statement && (
            <div class={styles.statement}>
              <pre>{part.statement}</pre>
              <CopyButton text={part.statement} kind="quiet" />
            </div>
          )}
          {part.nearMiss && <div class={styles.muted}>Nearest: {part.nearMiss}</div>}
        </div>
      ))}
      {codes.length > 0 && <div class={styles.muted}>{codes.join(" · ")}</div>}
    </>
  );
}
