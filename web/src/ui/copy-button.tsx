// Copies a text to the clipboard and says that it did.
//
//   <CopyButton text={statement} label="Copy statement" />   // text or () => text

import { useEffect, useState } from "preact/hooks";
import { Button, type ButtonKind } from "./button";

export interface CopyButtonProps {
  text: string | (() => string);
  label?: string;
  kind?: ButtonKind;
}

export function CopyButton({ text, label = "Copy", kind }: CopyButtonProps) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setSaid("Copied");
    } catch {
      setSaid("The browser forbids copying");
    }
  };
  return (
    <Button kind={kind} onClick={copy}>
      <span aria-live="polite">{said || label}</span>
    </Button>
  );
}
