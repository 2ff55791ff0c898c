import { useId } from "react";
import type { Person } from "../../model/use-conversation.ts";
import type { BegunCheck, SymptomCheck } from "../../model/use-symptom-check.ts";
import { Button } from "../../ui/button.tsx";
import { SendIcon } from "../../ui/icons.tsx";
import { keptOnDevice } from "../../ui/kept-on-device.ts";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TickBox } from "../../ui/tick-box.tsx";
import { UrgencyNotice } from "./urgency-notice.tsx";

interface ResultProps {
  readonly check: SymptomCheck;
  readonly begun: BegunCheck;
  readonly people: readonly Person[];
  readonly country: string;
}

/** What it came to, and exactly what would be sent to whom. */
export function Result({ check, begun, people, country }: ResultProps) {
  const { judged, note, body, questionnaire } = begun;
  const [noteId, hintId, sentId] = [useId(), useId(), useId()];
  const { sending } = check;
  const raised = judged.reasons.filter(({ urgency }) => urgency === judged.urgency);
  return (
    <div className="stack">
      <h1 className="page-title" tabIndex={-1}>
        Your result
      </h1>
      <UrgencyNotice judged={judged} country={country} />
      {raised.length > 0 && (
        <section aria-label="Why">
          <h2 className="section-title">Why</h2>
          <ul className="check-reasons">
            {raised.map(({ code, says }) => (
              <li key={code}>{says}</li>
            ))}
          </ul>
        </section>
      )}
      {!questionnaire.isReviewed && (
        <Notice tone="caution">
          <p>
            Fixed rules made this, not a clinician, and no clinician reviewed the rules. It is no diagnosis.
          </p>
        </Notice>
      )}
      <div className="field">
        <label className="field-label" htmlFor={noteId}>
          Anything else, in your own words?
        </label>
        <p id={hintId} className="field-hint">
          You need not. It is read on this device for signs of an emergency, and stays here unless you choose
          to send it.
        </p>
        <textarea
          id={noteId}
          className="input"
          aria-describedby={hintId}
          rows={3}
          dir="auto"
          maxLength={2000}
          autoComplete="off"
          {...keptOnDevice}
          value={note}
          onChange={(event) => check.setNote(event.target.value)}
        />
      </div>
      {note.trim() !== "" && (
        <TickBox isSelected={begun.sendsNote} onChange={check.sendNote}>
          Send my own words too
        </TickBox>
      )}
      <section className="stack" aria-labelledby={sentId}>
        <h2 id={sentId} className="section-title">
          What will be sent
        </h2>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="check-preview" tabIndex={0} aria-labelledby={sentId} dir="auto">
          {body}
        </pre>
        <p className="muted">
          And the codes of these answers. Only <Names people={people} /> can read it.
        </p>
      </section>
      <Problem error={sending.error} />
      <div className="actions">
        <Button look="primary" onPress={() => void sending.run()} isBusy={sending.running}>
          <SendIcon />
          <span>
            Send to <Names people={people} />
          </span>
        </Button>
        <Button look="secondary" onPress={check.back}>
          Back
        </Button>
        <Button look="quiet" onPress={check.restart}>
          Delete and start again
        </Button>
      </div>
    </div>
  );
}

function Names({ people }: { readonly people: readonly Person[] }) {
  return <bdi>{people.map(({ name }) => name).join(", ")}</bdi>;
}
