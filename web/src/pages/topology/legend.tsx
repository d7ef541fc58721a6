// What the lines and signs of the graph mean.

import { Glyph } from "./glyph";
import styles from "./legend.module.css";
import type { Box } from "./picture";

const LINES = [
  ["assume", "may assume"],
  ["write", "may write; moving while samples flow"],
  ["query", "may query"],
  ["broken", "✕ broken: a statement is missing"],
] as const;

const KINDS: [Box["kind"], string][] = [
  ["service", "AWS service"],
  ["user", "user"],
  ["role", "role"],
  ["workspace", "workspace"],
  ["anyone", "anyone: a role trusts everybody"],
  ["account", "folded account"],
  ["stack", "accounts alike"],
];

export function Legend() {
  return (
    <ul class={styles.legend} aria-label="Legend">
      {LINES.map(([kind, text]) => (
        <li key={kind} class={styles[kind]}>
          <svg width="28" height="10" aria-hidden="true">
            <path d="M0 5h28" />
          </svg>
          {text}
        </li>
      ))}
      {KINDS.map(([kind, text]) => (
        <li key={kind}>
          <svg width="16" height="16" aria-hidden="true">
            <Glyph kind={kind} />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
