import { type ReactNode, useEffect, useRef } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./button.tsx";
import { CloseIcon } from "./icons.tsx";

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** An alertdialog interrupts: for acts that cannot be taken back. */
  readonly role?: "dialog" | "alertdialog";
  readonly children: ReactNode;
  /** Buttons at the end. */
  readonly actions?: ReactNode;
}

/**
 * A modal dialog. Escape and a press outside close it; focus returns to where it was. When another step of the
 * same matter takes its place, the focus is on the new one.
 */
export function Dialog({ title, isOpen, onClose, role = "dialog", children, actions }: DialogProps) {
  const dialog = useRef<HTMLElement>(null);
  const shown = useRef(title);
  useEffect(() => {
    if (shown.current !== title) dialog.current?.focus();
    shown.current = title;
  }, [title]);
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={role === "dialog"}
      onOpenChange={(open) => open || onClose()}
    >
      <Modal className="modal">
        <AriaDialog ref={dialog} className="dialog" role={role}>
          <header className="dialog-head">
            <Heading slot="title" level={2} className="dialog-title">
              {title}
            </Heading>
            <Button look="icon" aria-label="Close" onPress={onClose}>
              <CloseIcon />
            </Button>
          </header>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <footer className="dialog-actions">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
