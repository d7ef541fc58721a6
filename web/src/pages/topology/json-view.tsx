// A JSON document, coloured.

import { prettyJson, tokens } from "./json";
import styles from "./json-view.module.css";

export function JsonView({ json, label }: { json: string; label: string }) {
  return (
    // What scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class={styles.json} tabIndex={0} aria-label={label}>
      <pre>
        {tokens(prettyJson(json)).map((token, index) => (
          <span key={index} class={styles[token.kind]}>
            {token.text}
          </span>
        ))}
      </pre>
    </section>
  );
}
