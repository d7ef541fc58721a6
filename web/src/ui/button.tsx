// Buttons. A link that looks like one: <a class={buttonClass("quiet")} href=...>.
//
//   <Button onClick={run} kind="primary" busy={loading}>Run</Button>
//   <Button kind="quiet" label="Remove query" onClick={remove}>×</Button>

import type { ComponentChildren } from "preact";
import styles from "./button.module.css";

export type ButtonKind = "plain" | "primary" | "quiet" | "danger";

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: ButtonKind;
  type?: "button" | "submit";
  disabled?: boolean;
  /** Stays pressable and shows that something is on its way. */
  busy?: boolean;
  /** Name where the content is a sign only; also the tooltip. */
  label?: string;
  /** Of a switch: whether it is on. */
  pressed?: boolean;
}

export function buttonClass(kind: ButtonKind = "plain"): string {
  return `${styles.button} ${styles[kind]}`;
}

export function Button(props: ButtonProps) {
  return (
    <button
      type={props.type ?? "button"}
      class={buttonClass(props.kind)}
      onClick={props.onClick}
      disabled={props.disabled}
      aria-busy={props.busy}
      aria-label={props.label}
      aria-pressed={props.pressed}
      title={props.label}
    >
      {props.children}
    </button>
  );
}
