// A labelled field of a form. The label is read out; `hideLabel` keeps it from being seen.
//
//   <Field label="Access key ID" value={id} onInput={setId} required error={wrong} />
//   <Select label="Axis" value={axis} options={[["linear", "Linear"], ["log", "Log"]]}
//     onChange={setAxis} />

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import styles from "./field.module.css";

export interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password" | "number" | "search" | "datetime-local";
  hint?: ComponentChildren;
  error?: string;
  hideLabel?: boolean;
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  autoComplete?: string;
  autoFocus?: boolean;
  /** Shown in the font of code; several lines where given. */
  mono?: boolean;
  rows?: number;
}

export function Field(props: FieldProps) {
  const id = useId();
  const notes = `${id}-notes`;
  const common = {
    id,
    class: props.mono ? `${styles.input} ${styles.mono}` : styles.input,
    value: props.value,
    placeholder: props.placeholder,
    required: props.required,
    disabled: props.disabled,
    autoFocus: props.autoFocus,
    spellcheck: false,
    autoCapitalize: "off",
    "aria-invalid": Boolean(props.error),
    "aria-describedby": props.hint || props.error ? notes : undefined,
  } as const;
  return (
    <div class={styles.field}>
      <label for={id} class={props.hideLabel ? "visually-hidden" : styles.label}>
        {props.label}
      </label>
      {props.rows ? (
        <textarea
          {...common}
          rows={props.rows}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      ) : (
        <input
          {...common}
          type={(props.type ?? "text") as "text"}
          autocomplete={props.autoComplete ?? "off"}
          step={props.type === "datetime-local" ? 1 : undefined}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
      {(props.hint || props.error) && (
        <div id={notes} class={props.error ? styles.error : styles.hint}>
          {props.error || props.hint}
        </div>
      )}
    </div>
  );
}

export interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: (readonly [Value, string])[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  disabled?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const id = useId();
  return (
    <div class={styles.inline}>
      <label for={id} class={props.hideLabel ? "visually-hidden" : styles.label}>
        {props.label}
      </label>
      <select
        id={id}
        class={styles.input}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.value as Value)}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
