import type { ReactNode } from "react";
import { AlertIcon } from "./icons.tsx";

interface NoticeProps {
  readonly tone: "problem" | "caution" | "info";
  readonly title?: string;
  readonly children: ReactNode;
  /** Read out when it appears. */
  readonly live?: boolean;
}

/** Something a person should know, in place. */
export function Notice({ tone, title, children, live = false }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={live ? "alert" : undefined}>
      <AlertIcon />
      <div className="notice-text">
        {title !== undefined && <strong className="notice-title">{title}</strong>}
        {children}
      </div>
    </div>
  );
}

/** Where the error of a task appears; nothing when there is none. */
export function Problem({ error }: { readonly error: string | undefined }) {
  if (error === undefined) return null;
  return (
    <Notice tone="problem" live>
      <p>{error}</p>
    </Notice>
  );
}
