import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger" | "icon";

interface ButtonProps extends Omit<AriaButtonProps, "className" | "children" | "style"> {
  readonly look?: ButtonLook;
  readonly children: ReactNode;
}

export function Button({ look = "secondary", children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={`button button-${look}`}>
      {children}
    </AriaButton>
  );
}
