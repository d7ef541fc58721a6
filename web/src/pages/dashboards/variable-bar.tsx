// The dashboard's variables above its panels.

import { useState } from "preact/hooks";
import { Field, Select } from "../../ui/field";
import type { VariableState } from "./model/load-variables";
import { ALL } from "./model/types";
import { labelOf } from "./model/variables";
import { MultiSelect } from "./multi-select";
import styles from "./variable-bar.module.css";

export interface VariableBarProps {
  states: VariableState[];
  onChange: (name: string, chosen: string[]) => void;
}

export function VariableBar({ states, onChange }: VariableBarProps) {
  const shown = states.filter(({ variable }) => !variable.hidden);
  if (shown.length === 0) return null;
  return (
    <fieldset class={styles.bar} aria-label="Variables">
      {shown.map((state) => (
        <Choice
          key={state.variable.name}
          state={state}
          onChange={(chosen) => onChange(state.variable.name, chosen)}
        />
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  state: VariableState;
  onChange: (chosen: string[]) => void;
}

function Choice({ state, onChange }: ChoiceProps) {
  const { variable, options, chosen } = state;
  const { label, includeAll } = variable;
  if (variable.kind === "textbox") {
    return (
      <TextChoice label={label} value={chosen[0] ?? ""} onChange={(text) => onChange([text])} />
    );
  }
  if (variable.multi) {
    return <MultiSelect {...{ label, options, chosen, includeAll, onChange }} />;
  }
  const all = includeAll ? [[ALL, "All"] as [string, string]] : [];
  const pairs = options.map((option): [string, string] => [option.value, labelOf(option)]);
  const none: [string, string][] = all.length + pairs.length === 0 ? [["", "none"]] : [];
  return (
    <Select
      label={label}
      value={chosen[0] ?? ""}
      options={[...none, ...all, ...pairs]}
      onChange={(value) => onChange([value])}
    />
  );
}

interface TextChoiceProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

/** Takes effect when it is done, not at each key. */
function TextChoice({ label, value, onChange }: TextChoiceProps) {
  const [text, setText] = useState<string>();
  const done = () => {
    if (text !== undefined && text !== value) onChange(text);
    setText(undefined);
  };
  return (
    <form
      class={styles.text}
      onFocusOut={done}
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <Field label={label} value={text ?? value} onInput={setText} />
    </form>
  );
}
