import type { AnswerMessage, Self } from "@cloister/client";
import type { Answer } from "@cloister/contracts/answer";
import type { MessageId } from "@cloister/contracts/ids";
import { useState } from "react";
import { useModel } from "../../model/client-model.ts";
import { useObservable } from "../../model/observable.ts";
import { timeOfDay } from "../../model/time.ts";
import type { ConversationView } from "../../model/use-conversation.ts";
import { numbersFor, type PhoneNumber } from "../../model/use-emergency.ts";
import { nameOf } from "../../model/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { PersonIcon } from "../../ui/icons.tsx";
import { EmergencyNumbers } from "./emergency-numbers.tsx";
import { ReceiptLine } from "./receipt-line.tsx";
import { PassageWords, SourceDialog } from "./source-dialog.tsx";

interface AnswerCardProps {
  readonly message: AnswerMessage;
  readonly view: ConversationView;
  readonly self: Self;
  readonly onAskPerson: () => void;
}

/** An answer is a card, not a bubble: nobody should take it for a person's words. */
export function AnswerCard({ message, view, self, onAskPerson }: AnswerCardProps) {
  const findContact = useObservable(useModel().findContact);
  const { answer } = message;
  const name = nameOf(message.from, self, findContact);
  return (
    <article className="answer" data-outcome={answer.outcome}>
      <header className="answer-head">
        <Avatar name={name} isAgent />
        <p className="answer-from">
          <bdi>{name}</bdi> <span className="muted">· AI, not a person</span>
        </p>
        <time className="muted" dateTime={new Date(message.sentAtMs).toISOString()}>
          {timeOfDay(message.sentAtMs)}
        </time>
      </header>
      <AskedQuestion inReplyTo={message.inReplyTo} view={view} />
      <AnswerBody
        answer={answer}
        numbers={numbersFor(self.organisation.region)}
        isMine={message.asker === self.account}
      />
      <footer className="answer-foot">
        <p className="disclaimer">AI can be wrong, and this is not a diagnosis. A person can check it.</p>
        <Button look={answer.outcome === "grounded" ? "secondary" : "primary"} onPress={onAskPerson}>
          <PersonIcon /> Ask a person
        </Button>
      </footer>
      <ReceiptLine message={message} />
    </article>
  );
}

interface AskedQuestionProps {
  readonly inReplyTo: MessageId;
  readonly view: ConversationView;
}

/** What is answered, above its answer. */
export function AskedQuestion({ inReplyTo, view }: AskedQuestionProps) {
  const question = view.history.status === "ready" ? view.history.messages.get(inReplyTo) : undefined;
  if (question?.kind !== "text") return null;
  return (
    <p className="answer-question" dir="auto">
      <span className="visually-hidden">In answer to: </span>
      {question.body}
    </p>
  );
}

const outcomeWords = {
  grounded: undefined,
  abstained: "It does not know",
  emergency: "Get help now",
  stopped: "Stopped before its end",
} as const;

interface AnswerBodyProps {
  readonly answer: Answer;
  readonly numbers: readonly PhoneNumber[];
  /** Whether this person asked. */
  readonly isMine: boolean;
}

function AnswerBody({ answer, numbers, isMine }: AnswerBodyProps) {
  const [opened, setOpened] = useState<number>();
  const isOwnStop = answer.outcome === "stopped" && isMine;
  const heading = isOwnStop ? "You stopped this answer" : outcomeWords[answer.outcome];
  return (
    <div className="answer-body">
      {heading !== undefined && <p className="answer-outcome">{heading}</p>}
      <p dir="auto">
        {answer.sentences.map((sentence, index) => (
          // Sentences of one answer never change or move.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index}>
            {sentence.text}
            {sentence.citations.map((number) => (
              <button
                key={number}
                type="button"
                className="cite"
                aria-label={`Source ${number}`}
                aria-haspopup="dialog"
                onClick={() => setOpened(number)}
              >
                {number}
              </button>
            ))}{" "}
          </span>
        ))}
      </p>
      {answer.outcome === "emergency" && <EmergencyNumbers numbers={numbers} />}
      {answer.citations.length > 0 && <Sources answer={answer} onOpen={setOpened} />}
      <SourceDialog
        number={opened ?? 1}
        citation={opened === undefined ? undefined : answer.citations[opened - 1]}
        onClose={() => setOpened(undefined)}
      />
    </div>
  );
}

function Sources({ answer, onOpen }: { readonly answer: Answer; readonly onOpen: (number: number) => void }) {
  const unreviewed = answer.citations.some((citation) => !citation.clinicallyReviewed);
  return (
    <div className="sources">
      <p className="sources-head">
        Sources
        {unreviewed && <span className="tag tag-caution">Not reviewed by a clinician</span>}
      </p>
      <ol className="sources-list">
        {answer.citations.map((citation, index) => (
          <li key={`${citation.article} ${citation.passage}`}>
            <button
              type="button"
              className="source-link"
              aria-haspopup="dialog"
              onClick={() => onOpen(index + 1)}
            >
              <bdi>{citation.title}</bdi>
              <PassageWords citation={citation} />
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
