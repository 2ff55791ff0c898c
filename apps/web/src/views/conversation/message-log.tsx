import type { Message, Self } from "@cloister/client";
import { useState } from "react";
import { useModel } from "../../model/client-model.ts";
import { useObservable } from "../../model/observable.ts";
import type { ConversationView } from "../../model/use-conversation.ts";
import { noticeWords } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { DownIcon } from "../../ui/icons.tsx";
import { useStickToEnd } from "../../ui/use-stick-to-end.ts";
import { AnswerCard } from "./answer-card.tsx";
import { TextBubble } from "./text-bubble.tsx";
import { WritingCard } from "./writing-card.tsx";

/** Rows shown at first, and with each press of "Show earlier messages". */
const pageRows = 120;

interface MessageLogProps {
  readonly view: ConversationView;
  readonly self: Self;
  readonly onAskPerson: () => void;
}

export function MessageLog({ view, self, onAskPerson }: MessageLogProps) {
  const [rowsCount, setRowsCount] = useState(pageRows);
  const items = view.history.status === "ready" ? view.history.items : [];
  const writing = view.history.status === "ready" ? view.history.writing : [];
  const shown = items.slice(-rowsCount);
  const { log, atEnd, scrollToEnd } = useStickToEnd(items.at(-1)?.key, endsWithMine(view));
  return (
    <div className="log-frame">
      {/* Silent by itself: the announcer reads what arrives. Focusable, so that arrow keys scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={log} className="log" role="log" aria-label="Messages" aria-live="off" tabIndex={0}>
        {shown.length < items.length && (
          <Button look="quiet" onPress={() => setRowsCount(rowsCount + pageRows)}>
            Show earlier messages
          </Button>
        )}
        <ol className="messages" translate="no">
          {shown.map((item) =>
            item.type === "day" ? (
              <li key={item.key} className="day">
                <time dateTime={new Date(item.atMs).toISOString()}>{item.label}</time>
              </li>
            ) : (
              <li key={item.key} className="message-row" data-mine={item.message.mine}>
                <Row
                  message={item.message}
                  startsGroup={item.startsGroup}
                  view={view}
                  self={self}
                  onAskPerson={onAskPerson}
                />
              </li>
            ),
          )}
          {writing.map((progress) => (
            <li key={`writing ${progress.inReplyTo}`} className="message-row" data-mine={false}>
              <WritingCard progress={progress} view={view} self={self} />
            </li>
          ))}
        </ol>
      </div>
      {!atEnd && (
        <div className="to-end">
          <Button look="secondary" onPress={scrollToEnd}>
            <DownIcon /> Newest messages
          </Button>
        </div>
      )}
    </div>
  );
}

function endsWithMine({ history }: ConversationView): boolean {
  const last = history.status === "ready" ? history.items.at(-1) : undefined;
  return last?.type === "message" && last.message.mine;
}

interface RowProps extends MessageLogProps {
  readonly message: Message;
  readonly startsGroup: boolean;
}

function Row({ message, startsGroup, view, self, onAskPerson }: RowProps) {
  const findContact = useObservable(useModel().findContact);
  switch (message.kind) {
    case "text":
      return <TextBubble message={message} startsGroup={startsGroup} view={view} self={self} />;
    case "answer":
      return <AnswerCard message={message} view={view} self={self} onAskPerson={onAskPerson} />;
    case "notice":
      return <p className="log-notice">{noticeWords(message.notice, self, findContact, message.from)}</p>;
  }
}
