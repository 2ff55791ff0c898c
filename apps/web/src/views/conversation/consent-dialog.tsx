import { type RefObject, useEffect, useRef } from "react";
import type { Person } from "../../model/use-conversation.ts";
import { useTask } from "../../model/use-task.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/notice.tsx";

interface ConsentDialogProps {
  readonly agent: Person;
  readonly organisation: string;
  readonly isOpen: boolean;
  readonly onConsent: () => Promise<void>;
  readonly onDecline: () => void;
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
}

/** Asked once per conversation, before the assistant gets anything. */
export function ConsentDialog(props: ConsentDialogProps) {
  const { agent, organisation, isOpen, onConsent, onDecline, inputRef } = props;
  const consenting = useTask(onConsent);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    // Either way the person goes on writing.
    if (wasOpen.current && !isOpen) inputRef.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen, inputRef]);
  return (
    <Dialog
      title="May the assistant read this?"
      isOpen={isOpen}
      onClose={onDecline}
      actions={
        <>
          <Button look="secondary" onPress={onDecline}>
            No, not now
          </Button>
          <Button look="primary" onPress={() => void consenting.run()} isBusy={consenting.running}>
            Yes, let it read what I address to it
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          <span className="ai-tag">AI</span> <bdi>{agent.name}</bdi> is a computer program, not a person.
        </p>
        <dl className="facts facts-roomy">
          <dt>What it reads</dt>
          <dd>
            Only the messages that you address to it in this conversation, with the Ask button or @assistant.
            Not what was written before, not what others write, not your name.
          </dd>
          <dt>Where it runs</dt>
          <dd>
            On a computer that <bdi>{organisation}</bdi> runs. Whoever administers that computer could read
            what it reads. Each answer carries a receipt that says where it was made.
          </dd>
          <dt>Who sees the answer</dt>
          <dd>Everybody in this conversation.</dd>
          <dt>Taking it back</dt>
          <dd>
            At any time in this conversation's options. It then gets nothing more; what it has read already
            cannot be unread. Your yes and your no are recorded in the log, without your name.
          </dd>
        </dl>
        <Problem error={consenting.error} />
      </div>
    </Dialog>
  );
}
