// Tabs: arrow keys move, the panel is the children.
//
//   <Tabs label="View" tabs={[{ id: "graph", label: "Graph" }, ...]} selected={tab}
//     onSelect={setTab}>{panel}</Tabs>

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import styles from "./tabs.module.css";

export interface Tab<Id extends string> {
  id: Id;
  label: ComponentChildren;
}

export interface TabsProps<Id extends string> {
  label: string;
  tabs: Tab<Id>[];
  selected: Id;
  onSelect: (id: Id) => void;
  children: ComponentChildren;
  /** Beside the tabs, at the right. */
  aside?: ComponentChildren;
}

export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, tabs, selected, onSelect, children, aside } = props;
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === selected);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onSelect(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };
  return (
    <div>
      <div class={styles.bar}>
        <div role="tablist" aria-label={label} class={styles.tabs} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab.id}
              id={`${id}-${tab.id}`}
              type="button"
              role="tab"
              class={styles.tab}
              aria-selected={tab.id === selected}
              aria-controls={`${id}-panel`}
              tabIndex={tab.id === selected ? 0 : -1}
              onClick={() => onSelect(tab.id)}
            >
              {tab.label}
            </button>
          ))}
        </div>
        {aside && <div class={styles.aside}>{aside}</div>}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${selected}`}>
        {children}
      </div>
    </div>
  );
}
