import type { ReactNode } from "react";
import { Checkbox } from "react-aria-components";
import { CheckIcon } from "./icons.tsx";

interface TickBoxProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly children: ReactNode;
  readonly hint?: string;
}

/** One thing to want or not. */
export function TickBox({ isSelected, onChange, children, hint }: TickBoxProps) {
  return (
    <Checkbox className="choice" isSelected={isSelected} onChange={onChange}>
      <Tick />
      <span className="choice-text">
        <span className="choice-name">{children}</span>
        {hint !== undefined && <span className="muted">{hint}</span>}
      </span>
    </Checkbox>
  );
}

export function Tick() {
  return (
    <span className="tick">
      <CheckIcon />
    </span>
  );
}
