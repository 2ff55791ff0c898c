import { type FormEvent, useId } from "react";
import { usePhrase } from "../../model/use-backup.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-text.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PrintIcon } from "../../ui/icons.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TextInput } from "../../ui/text-input.tsx";

/** Shows twelve words once, and asks for three of them before they count. */
export function PhraseDialog({ onClose }: { readonly onClose: () => void }) {
  const phrase = usePhrase(onClose);
  const formId = useId();
  return phrase.step === "show" ? (
    <Dialog
      title="Write down these twelve words"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Not now</Button>
          <Button look="primary" onPress={() => phrase.setStep("confirm")}>
            I have written them down
          </Button>
        </>
      }
    >
      <Words words={phrase.words} />
    </Dialog>
  ) : (
    <Dialog
      title="Three of them, to be sure"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => phrase.setStep("show")}>Show them again</Button>
          <Button look="primary" type="submit" form={formId} isBusy={phrase.confirming.running}>
            Use these words
          </Button>
        </>
      }
    >
      <Confirm formId={formId} phrase={phrase} />
    </Dialog>
  );
}

function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <div className="stack">
      <p className="no-print">
        On paper, in this order, where you keep what matters to you. They are shown this one time.
      </p>
      <p className="print-only">Recovery words for Cloister. Keep this sheet where nobody else looks.</p>
      <ol className="phrase" translate="no" aria-label="Your twelve words">
        {words.map((word, at) => (
          // A word's place is its identity: two may be alike.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at}>{word}</li>
        ))}
      </ol>
      <Notice tone="caution">
        <p>
          Whoever has these words can read your messages and take over your account. Nobody will ever ask you
          for them, not even the organisation.
        </p>
      </Notice>
      <div className="actions no-print">
        <Button look="quiet" onPress={() => globalThis.print()}>
          <PrintIcon /> Print
        </Button>
        <CopyButton what="the words" text={words.join(" ")} label="Copy" />
      </div>
      <p className="muted no-print">
        A copy can be read by other programs, and a printer may keep what it printed. Paper and pen are safer.
      </p>
    </div>
  );
}

interface ConfirmProps {
  readonly formId: string;
  readonly phrase: ReturnType<typeof usePhrase>;
}

function Confirm({ formId, phrase }: ConfirmProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void phrase.confirming.run();
  };
  return (
    <form id={formId} className="stack" onSubmit={submit}>
      <p>Take your paper and write these words.</p>
      {phrase.places.map((place, at) => (
        <TextInput
          key={place}
          label={`Word ${place + 1}`}
          value={phrase.written[at] ?? ""}
          onChange={(word) => phrase.write(at, word)}
        />
      ))}
      {phrase.isWrong && (
        <Notice tone="problem" live>
          <p>One of them is another word on the list. Look at your paper again.</p>
        </Notice>
      )}
      <Problem error={phrase.confirming.error} />
    </form>
  );
}
