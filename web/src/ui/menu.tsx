// A button that opens a list of things to do. Arrow keys move, Escape closes.
//
//   <Menu label="Download" items={[{ label: "CSV", onSelect: csv }, { label: "JSON", onSelect: json }]} />

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type ButtonKind, buttonClass } from "./button";
import styles from "./menu.module.css";

export interface MenuItem {
  label: ComponentChildren;
  onSelect?: () => void;
  /** Instead of onSelect. */
  href?: string;
  danger?: boolean;
  /** A choice among several: whether it is the one. */
  checked?: boolean;
}

export interface MenuProps {
  label: string;
  items: MenuItem[];
  /** What the button shows instead of its label. */
  children?: ComponentChildren;
  kind?: ButtonKind;
  /** Above the items. */
  header?: ComponentChildren;
}

export function Menu({ label, items, children, kind, header }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    entries(root.current)[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (!move(entries(root.current), event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class={styles.root} ref={root}>
      <button
        type="button"
        class={buttonClass(kind)}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={children ? label : undefined}
        title={children ? label : undefined}
        onClick={() => setOpen(!open)}
      >
        {children ?? label} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div class={styles.popup}>
          {header && <div class={styles.header}>{header}</div>}
          <div role="menu" aria-label={label} onKeyDown={onKeyDown}>
            {items.map((item, index) => (
              <Item key={index} item={item} close={close} />
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function Item({ item, close }: { item: MenuItem; close: () => void }) {
  const common = {
    class: item.danger ? `${styles.item} ${styles.danger}` : styles.item,
    role: item.checked === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": item.checked,
    tabIndex: -1,
  } as const;
  if (item.href)
    return (
      <a {...common} href={item.href} onClick={close}>
        {item.label}
      </a>
    );
  const choose = () => {
    close();
    item.onSelect?.();
  };
  return (
    <button type="button" {...common} onClick={choose}>
      {item.label}
    </button>
  );
}

function entries(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

/** Whether the key moves the focus. */
function move(items: HTMLElement[], key: string): boolean {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const count = items.length;
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key];
  if (next === undefined || count === 0) return false;
  items[(next + count) % count]?.focus();
  return true;
}
