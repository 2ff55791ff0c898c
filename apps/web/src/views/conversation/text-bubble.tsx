import type { MessageState, Self, TextMessage } from "@cloister/client";
import type { ReactNode } from "react";
import { useModel } from "../../model/client-model.ts";
import { useNowMs } from "../../model/now.ts";
import { useObservable } from "../../model/observable.ts";
import { timeOfDay } from "../../model/time.ts";
import type { ConversationView } from "../../model/use-conversation.ts";
import { useTask } from "../../model/use-task.ts";
import { nameOf, roleWord } from "../../model/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { AlertIcon, CheckIcon, ClockIcon, DoubleCheckIcon, EyeIcon } from "../../ui/icons.tsx";
import { IntakeCard } from "../check/intake-card.tsx";

interface TextBubbleProps {
  readonly message: TextMessage;
  readonly startsGroup: boolean;
  readonly view: ConversationView;
  readonly self: Self;
}

export function TextBubble({ message, startsGroup, view, self }: TextBubbleProps) {
  const findContact = useObservable(useModel().findContact);
  const name = nameOf(message.from, self, findContact);
  const role = view.conversation.members.find((member) => member.account === message.from)?.role;
  const agentName = message.asked === undefined ? undefined : nameOf(message.asked, self, findContact);
  const { history } = view;
  const waiting =
    history.status === "ready" &&
    history.unanswered.has(message.id) &&
    !history.writing.some(({ inReplyTo }) => inReplyTo === message.id);
  return (
    <article className="bubble-row" data-mine={message.mine} data-group={startsGroup}>
      {!message.mine && startsGroup && <Avatar name={name} isAgent={false} />}
      <div className="bubble-column">
        {startsGroup ? (
          <p className={message.mine ? "visually-hidden" : "bubble-from"}>
            <bdi>{name}</bdi>
            {role !== undefined && !message.mine && <span className="muted"> · {roleWord(role)}</span>}
          </p>
        ) : (
          <span className="visually-hidden">{name}</span>
        )}
        <div className="bubble">
          {agentName !== undefined && (
            <p className="bubble-asked">
              <span className="ai-tag">AI</span> Also to <bdi>{agentName}</bdi>
            </p>
          )}
          {message.intake === undefined ? (
            <p className="bubble-body" dir="auto">
              {message.body}
            </p>
          ) : (
            <IntakeCard intake={message.intake} body={message.body} />
          )}
        </div>
        <p className="bubble-meta">
          <time dateTime={new Date(message.sentAtMs).toISOString()}>{timeOfDay(message.sentAtMs)}</time>
          {message.mine && <StateMark state={message.state} />}
        </p>
        {message.mine && message.state === "failed" && <Retry message={message} />}
        {waiting && <Waiting message={message} />}
      </div>
    </article>
  );
}

const stateMarks: { readonly [S in MessageState]: readonly [icon: ReactNode, words: string] } = {
  queued: [<ClockIcon key="icon" />, "Waiting to be sent"],
  sent: [<CheckIcon key="icon" />, "Sent"],
  delivered: [<DoubleCheckIcon key="icon" />, "Delivered"],
  read: [<EyeIcon key="icon" />, "Read"],
  failed: [<AlertIcon key="icon" />, "Not sent"],
};

function StateMark({ state }: { readonly state: MessageState }) {
  const [icon, words] = stateMarks[state];
  return (
    <span className={`state state-${state}`}>
      {icon}
      {words}
    </span>
  );
}

function Retry({ message }: { readonly message: TextMessage }) {
  const { client } = useModel();
  const retrying = useTask(() => client.retry(message.conversation, message.id));
  return (
    <p className="bubble-retry">
      <Button look="quiet" onPress={() => void retrying.run()} isBusy={retrying.running}>
        Try again
      </Button>
      {retrying.error !== undefined && <span role="alert">{retrying.error}</span>}
    </p>
  );
}

const patienceMs = 10 * 60_000;

/** Says only what is known: a question that is still here was not received by anybody. */
function Waiting({ message }: { readonly message: TextMessage }) {
  const nowMs = useNowMs();
  if (message.mine && message.state === "failed") return null;
  if (nowMs - message.sentAtMs > patienceMs) {
    return <p className="waiting">The assistant has not answered this</p>;
  }
  const isHere = message.mine && message.state === "queued";
  return (
    <p className="waiting">
      <span className="waiting-dots" aria-hidden="true" />
      {isHere ? "Your question to the assistant waits to be sent" : "Waiting for the assistant"}
    </p>
  );
}
