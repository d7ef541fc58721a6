// A modal dialog: focus stays in it, Escape and the close button call onClose.
//
//   <Dialog title="Delete series" open={open} onClose={() => setOpen(false)}
//     actions={<Button kind="danger" onClick={remove}>Delete</Button>}>...</Dialog>

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button";
import styles from "./dialog.module.css";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons at the bottom, right; closing has its own at the top. */
  actions?: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, open, onClose, children, actions, wide }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    if (open) element.current?.showModal();
    else element.current?.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      class={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {open && (
        <>
          <header class={styles.header}>
            <h2 id={heading}>{title}</h2>
            <Button kind="quiet" label="Close" onClick={onClose}>
              ×
            </Button>
          </header>
          <div class={styles.body}>{children}</div>
          {actions && <footer class={styles.actions}>{actions}</footer>}
        </>
      )}
    </dialog>
  );
}
