// A choice of several among many, with a field that narrows them down.

import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { buttonClass } from "../../ui/button";
import { Field } from "../../ui/field";
import { usePopup } from "../../ui/use-popup";
import { ALL, type Option } from "./model/types";
import { labelOf } from "./model/variables";
import styles from "./variable-bar.module.css";

export interface MultiSelectProps {
  label: string;
  options: Option[];
  chosen: string[];
  includeAll: boolean;
  onChange: (chosen: string[]) => void;
}

// Nobody reads further; the field finds the rest.
const SHOWN_MAX = 200;

/** What holds after a click on one: All gives way to it, and comes back when nothing is left. */
export function toggled(chosen: string[], value: string, includeAll: boolean): string[] {
  if (value === ALL) return [ALL];
  const others = chosen.filter((one) => one !== value && one !== ALL);
  const next = chosen.includes(value) ? others : [...others, value];
  if (next.length > 0) return next;
  return includeAll ? [ALL] : chosen;
}

function summary({ options, chosen }: MultiSelectProps): string {
  if (chosen.includes(ALL)) return options.length === 1 ? labelOf(options[0] as Option) : "All";
  if (chosen.length === 0) return "none";
  const texts = chosen.map(
    (value) => options.find((option) => option.value === value)?.text ?? value,
  );
  return texts.length > 2 ? `${texts.length} chosen` : texts.join(", ");
}

export function MultiSelect(props: MultiSelectProps) {
  const { label, options, chosen, includeAll, onChange } = props;
  const { open, setOpen, root, popup, trigger } = usePopup();
  const [text, setText] = useState("");
  const heading = useId();
  useEffect(() => {
    if (open) popup.current?.querySelector<HTMLElement>("input")?.focus();
    else setText("");
  }, [open]);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return options.filter((option) => option.text.toLowerCase().includes(wanted));
  }, [options, text]);
  const item = (value: string, name: string) => (
    <label key={value} class={styles.choice}>
      <input
        type="checkbox"
        checked={chosen.includes(value)}
        onChange={() => onChange(toggled(chosen, value, includeAll))}
      />
      <span>{name}</span>
    </label>
  );
  const shown = summary(props);
  return (
    <div class={styles.variable} ref={root}>
      <span class={styles.label} id={heading}>
        {label}
      </span>
      <button
        ref={trigger}
        type="button"
        class={`${buttonClass()} ${styles.trigger}`}
        aria-label={`${label}: ${shown}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span class={styles.summary}>{shown}</span> <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div class={styles.popup} ref={popup} role="dialog" aria-labelledby={heading}>
          {options.length > 8 && (
            <Field
              label={`Find ${label}`}
              hideLabel
              type="search"
              placeholder="Find"
              value={text}
              onInput={setText}
            />
          )}
          {includeAll && text === "" && item(ALL, "All")}
          {found.slice(0, SHOWN_MAX).map((option) => item(option.value, labelOf(option)))}
          {found.length === 0 && <p class={styles.none}>Nothing found</p>}
          {found.length > SHOWN_MAX && (
            <p class={styles.none}>and {found.length - SHOWN_MAX} more: type to find them</p>
          )}
        </div>
      )}
    </div>
  );
}
