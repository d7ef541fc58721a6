// Names and what is so, in a list; the page says how it looks.

import type { ComponentChildren } from "preact";

interface Props {
  facts: readonly (readonly [string, ComponentChildren])[];
  class?: string;
  /** For screen readers, where no heading says what the facts are of. */
  label?: string;
}

export function Facts({ facts, label, class: look }: Props) {
  return (
    <dl class={look} aria-label={label}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
