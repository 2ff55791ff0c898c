import type { Self } from "@cloister/client";
import type { ConversationId } from "@cloister/contracts/ids";
import { questionnaires } from "@cloister/safety/intake";
import { hrefOf } from "../../model/route.ts";
import { useConversation } from "../../model/use-conversation.ts";
import { type SymptomCheck as Check, useSymptomCheck } from "../../model/use-symptom-check.ts";
import { Button } from "../../ui/button.tsx";
import { BackIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";
import { useFocusHeading } from "../../ui/use-focus-heading.ts";
import { Question } from "./question.tsx";
import { Result } from "./result.tsx";

interface SymptomCheckProps {
  readonly id: ConversationId;
  readonly self: Self;
}

/** Questions about symptoms, one a screen, answered by choosing. */
export function SymptomCheck({ id, self }: SymptomCheckProps) {
  const { region: country } = self.organisation;
  const check = useSymptomCheck(id, country);
  const { stage, begun, problem } = check;
  const people = useConversation(id, self)?.people ?? [];
  useFocusHeading(stage.name === "question" ? stage.item.id : stage.name);
  return (
    <div className="page check">
      <p className="check-place">
        <a
          className="button button-icon"
          href={hrefOf({ view: "conversation", conversation: id })}
          aria-label="Back to the conversation"
        >
          <BackIcon />
        </a>
        <span>Symptom check{begun !== undefined && `: ${begun.questionnaire.title}`}</span>
      </p>
      <Problem error={problem} />
      {stage.name === "choose" && <Choose onChoose={check.begin} />}
      {stage.name === "question" && begun !== undefined && (
        <Question
          key={stage.item.id}
          stage={stage}
          judged={begun.judged}
          country={country}
          onAnswer={check.answer}
          onNext={check.next}
          onBack={check.back}
        />
      )}
      {stage.name === "result" && begun !== undefined && (
        <Result check={check} begun={begun} people={people} country={country} />
      )}
    </div>
  );
}

function Choose({ onChoose }: { readonly onChoose: Check["begin"] }) {
  return (
    <>
      <h1 className="page-title" tabIndex={-1}>
        What is it about?
      </h1>
      <p>
        Some questions to tap on, two or three minutes. Your answers stay on this device until you send them.
        In an emergency, do not wait for the end: call for help.
      </p>
      <ul className="check-options">
        {questionnaires.map((questionnaire) => (
          <li key={questionnaire.id}>
            <Button look="secondary" onPress={() => onChoose(questionnaire)}>
              {questionnaire.title}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
