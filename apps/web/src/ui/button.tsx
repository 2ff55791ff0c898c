import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

type ButtonLook = "primary" | "secondary" | "quiet" | "danger" | "icon";

interface ButtonProps extends Omit<AriaButtonProps, "className" | "children" | "style" | "isPending"> {
  readonly look?: ButtonLook;
  /** What it started is under way. It keeps the focus, and pressing again does nothing (see `useTask`). */
  readonly isBusy?: boolean;
  readonly children: ReactNode;
}

export function Button({ look = "secondary", isBusy = false, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={`button button-${look}`} data-busy={isBusy || undefined}>
      {children}
    </AriaButton>
  );
}
