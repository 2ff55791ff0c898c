import type { Person } from "../../model/use-conversation.ts";
import { AlertIcon, ShieldCheckIcon } from "../../ui/icons.tsx";

/** Whether somebody's identity was compared, vouched for, or changed; in words, not by colour alone. */
export function VerificationMark({ person }: { readonly person: Person }) {
  if (person.verification === "verified") {
    return (
      <span className="mark-verified">
        <ShieldCheckIcon /> compared
      </span>
    );
  }
  if (person.verification === "changed") {
    return (
      <span className="mark-changed">
        <AlertIcon /> identity changed
      </span>
    );
  }
  return <span className="muted">{person.vouched ? "vouched for" : "not compared yet"}</span>;
}
