import type { AnswerProgress, Self } from "@cloister/client";
import { useState } from "react";
import { useModel } from "../../model/client-model.ts";
import { useNowMs } from "../../model/now.ts";
import { useObservable } from "../../model/observable.ts";
import type { ConversationView } from "../../model/use-conversation.ts";
import { useTask } from "../../model/use-task.ts";
import { nameOf } from "../../model/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { StopIcon } from "../../ui/icons.tsx";
import { AskedQuestion } from "./answer-card.tsx";

/** Without a word for so long, something is wrong; the question is put again by itself. */
const patienceMs = 120_000;

interface WritingCardProps {
  readonly progress: AnswerProgress;
  readonly view: ConversationView;
  readonly self: Self;
}

/**
 * An answer that is being written. Its words are checked but have no receipt yet, so it looks unfinished, and
 * no screen reader reads it piece by piece: the announcer says that it began, and reads it when it is there.
 */
export function WritingCard({ progress, view, self }: WritingCardProps) {
  const findContact = useObservable(useModel().findContact);
  const nowMs = useNowMs();
  const name = nameOf(progress.agent, self, findContact);
  const isLate = nowMs - progress.atMs > patienceMs;
  return (
    <article className="answer answer-writing" aria-busy={!isLate}>
      <header className="answer-head">
        <Avatar name={name} isAgent />
        <p className="answer-from">
          <bdi>{name}</bdi> <span className="muted">· AI, not a person</span>
        </p>
      </header>
      <AskedQuestion inReplyTo={progress.inReplyTo} view={view} />
      <p dir="auto" className="answer-so-far">
        {progress.text === "" ? <span className="muted">Reading its sources</span> : progress.text}
        {!isLate && <span className="waiting-dots" aria-hidden="true" />}
      </p>
      <footer className="answer-foot">
        <p className="disclaimer">
          {isLate
            ? "Nothing came for a while. The question is asked again by itself."
            : "Still being written, and without its receipt. AI can be wrong, and this is not a diagnosis."}
        </p>
        {progress.asker === self.account && <StopAnswer progress={progress} />}
      </footer>
    </article>
  );
}

function StopAnswer({ progress }: { readonly progress: AnswerProgress }) {
  const { client } = useModel();
  const [isStopping, setIsStopping] = useState(false);
  const stopping = useTask(async () => {
    await client.stopAnswer(progress.conversation, progress.inReplyTo);
    setIsStopping(true);
  });
  return (
    <>
      <Button look="secondary" onPress={() => void stopping.run()} isBusy={stopping.running || isStopping}>
        <StopIcon /> {isStopping ? "Stopping" : "Stop"}
      </Button>
      {stopping.error !== undefined && <span role="alert">{stopping.error}</span>}
    </>
  );
}
