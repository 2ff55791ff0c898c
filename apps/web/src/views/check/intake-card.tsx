import type { Intake } from "@cloister/contracts/intake";
import { urgencyWords } from "@cloister/safety/intake";
import { useMemo } from "react";
import { ownWordsMark, readIntakeHere } from "../../model/read-intake.ts";

interface IntakeCardProps {
  readonly intake: Intake;
  readonly body: string;
}

/** A symptom check in a conversation: how urgent, why, and every answer with its code. */
export function IntakeCard({ intake, body }: IntakeCardProps) {
  const read = useMemo(() => readIntakeHere(intake), [intake]);
  const own = body.split(ownWordsMark)[1];
  const urgency = read?.urgency ?? intake.urgency;
  return (
    <div className="intake" data-urgency={urgency}>
      <p className="intake-head">
        <strong>Symptom check{read !== undefined && `: ${read.title}`}</strong>
        <span className="intake-urgency">{urgencyWords[urgency]}</span>
      </p>
      {read === undefined ? (
        <p className="bubble-body" dir="auto">
          {body}
        </p>
      ) : (
        <>
          {read.reasons.length > 0 && (
            <ul className="check-reasons">
              {read.reasons.map((says) => (
                <li key={says}>{says}</li>
              ))}
            </ul>
          )}
          {own !== undefined && (
            <p className="intake-own" dir="auto">
              {own}
            </p>
          )}
          <details className="intake-answers">
            <summary>Answers and codes</summary>
            <table className="intake-table">
              <thead>
                <tr>
                  <th scope="col">Question</th>
                  <th scope="col">Answer</th>
                  <th scope="col">Code</th>
                </tr>
              </thead>
              <tbody>
                {read.rows.map(({ item, question, answer, codes }) => (
                  <tr key={item}>
                    <th scope="row">{question}</th>
                    <td>{answer}</td>
                    <td>
                      <code>{codes.join(", ")}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
          <p className="intake-note">
            Fixed rules{read.isReviewed ? "" : ", not reviewed by a clinician,"} made this from the patient's
            answers.
          </p>
        </>
      )}
    </div>
  );
}
