// What went wrong: what happened, in the hub's words, which statement is missing on which side, and
// a way to try again.
//
//   {answer.error !== undefined && <ErrorNotice error={answer.error} onRetry={answer.reload} />}

import { HubError } from "../api/client";
import styles from "./error-notice.module.css";

export interface ErrorNoticeProps {
  error: unknown;
  /** What did not come about: "The query failed". */
  title?: string;
  onRetry?: () => void;
  /** For panels: one line, the rest on demand. */
  compact?: boolean;
}

export function ErrorNotice({ error, title = "That did not work", onRetry }: ErrorNoticeProps) {
  const message = error instanceof Error ? error.message : String(error);
  const hub = error instanceof HubError ? error : undefined;
  return (
    <div class={styles.notice} role="alert">
      <strong>{title}</strong>
      <p>{message}</p>
      {hub?.denial && <pre>{hub.denial}</pre>}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
