// What opens below a button: Escape and a click elsewhere close it, it stays within the window, and
// the focus goes back to the button.

import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const EDGE = 8;

export interface Popup {
  open: boolean;
  setOpen: (open: boolean) => void;
  /** Closes it and puts the focus on the button. */
  close: () => void;
  /** Of what holds button and popup. */
  root: RefObject<HTMLDivElement | null>;
  popup: RefObject<HTMLDivElement | null>;
  trigger: RefObject<HTMLButtonElement | null>;
}

function keepInWindow(element: HTMLElement): void {
  element.style.translate = "none";
  const box = element.getBoundingClientRect();
  const right = document.documentElement.clientWidth - EDGE;
  const shift = box.left < EDGE ? EDGE - box.left : Math.min(right - box.right, 0);
  element.style.translate = `${shift}px 0`;
  element.style.maxHeight = `${Math.max(innerHeight - box.top - EDGE, 160)}px`;
}

export function usePopup(): Popup {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => {
    setOpen(false);
    trigger.current?.focus();
  }, []);

  useLayoutEffect(() => {
    if (open && popup.current) keepInWindow(popup.current);
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    };
    const moved = () => popup.current && keepInWindow(popup.current);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", onKeyDown);
    addEventListener("resize", moved);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", onKeyDown);
      removeEventListener("resize", moved);
    };
  }, [open]);
  return { open, setOpen, close, root, popup, trigger };
}
