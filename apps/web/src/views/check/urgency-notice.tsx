import type { IntakeJudgement, Urgency } from "@cloister/safety/intake";
import { numbersFor } from "../../model/use-emergency.ts";
import { AlertIcon } from "../../ui/icons.tsx";
import { EmergencyNumbers } from "../conversation/emergency-numbers.tsx";

const headings: { readonly [U in Urgency]: string } = {
  emergency: "Get help now",
  urgent: "Have this looked at today",
  routine: "Have this looked at in the next days",
  "self-care": "Nothing you chose needs care now",
};

interface UrgencyNoticeProps {
  readonly judged: IntakeJudgement;
  readonly country: string;
}

/** What the answers come to, what to do, and whom to call. */
export function UrgencyNotice({ judged, country }: UrgencyNoticeProps) {
  const { urgency, kind, advice } = judged;
  const isGrave = urgency === "emergency" || urgency === "urgent";
  const numbers = numbersFor(country, isGrave ? { urgency, kind } : undefined);
  return (
    <div
      className={isGrave ? "emergency" : "check-calm"}
      data-urgency={urgency}
      role={urgency === "emergency" ? "alert" : "status"}
    >
      <div className="emergency-head">
        {isGrave && <AlertIcon />}
        <strong>{headings[urgency]}</strong>
      </div>
      <p>{advice}</p>
      <EmergencyNumbers numbers={numbers} />
      {isGrave && (
        <p className="emergency-note">
          Perhaps nobody reads this chat right now. Do not wait for an answer here.
        </p>
      )}
    </div>
  );
}
