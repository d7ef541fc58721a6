// A button that opens a list of things to do. Arrow keys move, Escape closes.
//
//   <Menu label="Download"
//     items={[{ label: "CSV", onSelect: csv }, { label: "JSON", onSelect: json }]} />

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type ButtonKind, buttonClass } from "./button";
import styles from "./menu.module.css";
import { usePopup } from "./use-popup";

export interface MenuItem {
  label: ComponentChildren;
  onSelect?: () => void;
  /** Instead of onSelect. */
  href?: string;
  danger?: boolean;
  /** A choice among several: whether it is the one. */
  checked?: boolean;
  /** Items of one group stand below its name. */
  group?: string;
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
  const { open, setOpen, close, root, popup, trigger } = usePopup();
  useEffect(() => {
    if (open) entries(popup.current)[0]?.focus();
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (move(entries(popup.current), event.key)) event.preventDefault();
  };
  return (
    <div class={styles.root} ref={root}>
      <button
        ref={trigger}
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
        <div class={styles.popup} ref={popup}>
          {header && <div class={styles.header}>{header}</div>}
          <div role="menu" aria-label={label} onKeyDown={onKeyDown}>
            {groups(items).map((group) => (
              <Group key={group[0]?.group ?? ""} items={group} close={close} />
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

/** Neighbours of the same group together. */
function groups(items: MenuItem[]): MenuItem[][] {
  const result: MenuItem[][] = [];
  for (const item of items) {
    const last = result[result.length - 1];
    if (last && last[0]?.group === item.group) last.push(item);
    else result.push([item]);
  }
  return result;
}

function Group({ items, close }: { items: MenuItem[]; close: () => void }) {
  const name = items[0]?.group;
  const content = items.map((item, index) => <Item key={index} item={item} close={close} />);
  if (!name) return <>{content}</>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is not allowed in a menu.
    <div role="group" aria-label={name} class={styles.group}>
      <div class={styles.groupName} aria-hidden="true">
        {name}
      </div>
      {content}
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
