// The field for a query. A plain text field until the editor is there, and where it cannot be
// loaded: one can write and run from the first moment.

import { useEffect, useRef, useState } from "preact/hooks";
import type { WorkspaceApi } from "../../../api/client";
import type { Interval } from "../../../time/range";
import type { Editor, EditorOptions } from "./create";
import styles from "./promql-field.module.css";

export interface PromqlFieldProps {
  /** For screen readers: "Query A". */
  label: string;
  text: string;
  /** Another one puts `text` into the editor; what is typed there does not come back to it. */
  revision: number;
  api: WorkspaceApi;
  interval: Interval;
  wrong: boolean;
  onChange: (text: string) => void;
  onRun: () => void;
  /** What is wrong with the text, as far as the editor sees; "" for nothing. */
  onProblem: (message: string) => void;
  /** Hands the editor over when it is there: for what inserts text. */
  onReady?: (editor: Pick<Editor, "insert" | "focus">) => void;
}

const PLACEHOLDER = "PromQL, such as rate(http_requests_total[5m]) - Enter runs it";

function useEditor(props: PromqlFieldProps) {
  const host = useRef<HTMLDivElement>(null);
  const fallback = useRef<HTMLTextAreaElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const editor = useRef<Editor | undefined>(undefined);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    let left = false;
    const load = async () => {
      const { createEditor } = await import("./create");
      if (left || !host.current) return;
      const options: EditorOptions = {
        text: latest.current.text,
        label: props.label,
        placeholder: PLACEHOLDER,
        api: props.api,
        interval: () => latest.current.interval,
        onChange: (text) => latest.current.onChange(text),
        onRun: () => latest.current.onRun(),
        onProblem: (message) => latest.current.onProblem(message),
      };
      const typing = document.activeElement === fallback.current;
      editor.current = createEditor(host.current, options);
      latest.current.onReady?.(editor.current);
      setReady(true);
      if (typing) editor.current.focus();
    };
    // Without the editor's chunk, the plain field stays.
    load().catch(() => undefined);
    return () => {
      left = true;
      editor.current?.destroy();
      editor.current = undefined;
      setReady(false);
    };
  }, [props.api, props.label]);
  useEffect(() => editor.current?.setText(props.text), [props.revision]);
  return { host, fallback, ready };
}

export function PromqlField(props: PromqlFieldProps) {
  const { host, fallback, ready } = useEditor(props);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    props.onRun();
  };
  return (
    <div class={props.wrong ? `${styles.box} ${styles.wrong}` : styles.box}>
      <div ref={host} />
      {!ready && (
        <textarea
          ref={fallback}
          aria-label={props.label}
          placeholder={PLACEHOLDER}
          rows={Math.max(1, props.text.split("\n").length)}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          value={props.text}
          onInput={(event) => props.onChange(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
    </div>
  );
}
