import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { useModel } from "../../model/client-model.ts";
import type { Person } from "../../model/use-conversation.ts";
import { useLoaded } from "../../model/use-loaded.ts";
import { useTask } from "../../model/use-task.ts";
import { explain } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { ScanSafetyCode } from "./scan-safety-code.tsx";
import { VerificationMark } from "./verification-mark.tsx";

interface CompareDialogProps {
  readonly person: Person;
  readonly onClose: () => void;
}

/** Two people hold the same 60 digits against each other; if they match, nobody stands in between. */
export function CompareDialog({ person, onClose }: CompareDialogProps) {
  const { client } = useModel();
  const number = useLoaded(() => client.safetyNumber(person.account));
  const [differs, setDiffers] = useState(false);
  const { reload } = number;
  const isChanged = person.verification === "changed";
  useEffect(() => {
    // The key may change while this is open; then the number is another.
    if (isChanged) reload();
  }, [isChanged, reload]);
  const matching = useTask(async () => {
    if (number.status !== "ready") return;
    if (isChanged) await client.acceptIdentity(person.account, number.value);
    await client.markVerified(person.account, number.value);
    // At once: until then the page behind is inert and cannot take the focus back.
    flushSync(onClose);
  });
  return (
    <Dialog
      title="Compare safety numbers"
      isOpen
      onClose={onClose}
      actions={
        differs ? (
          <Button look="primary" onPress={onClose}>
            Close
          </Button>
        ) : (
          <>
            <Button look="secondary" onPress={() => setDiffers(true)} isDisabled={number.status !== "ready"}>
              They don't match
            </Button>
            <Button
              look="primary"
              onPress={() => void matching.run()}
              isBusy={matching.running}
              isDisabled={number.status !== "ready"}
            >
              They match
            </Button>
          </>
        )
      }
    >
      <div className="stack">
        {differs ? (
          <Mismatch person={person} />
        ) : (
          <>
            <p>
              Meet <bdi>{person.name}</bdi>, or phone them on a number that you know. Open this on both
              devices and read the numbers to each other. If every group is the same, nobody stands in
              between.
            </p>
            {number.status === "loading" && <p className="muted">Working out the numbers…</p>}
            {number.status === "failed" && <Problem error={explain(number.error)} />}
            {number.status === "ready" && <SafetyNumber digits={number.value} />}
            {number.status === "ready" && (
              <ScanSafetyCode
                key={number.value}
                account={person.account}
                onMatch={() => void matching.run()}
                onMismatch={() => setDiffers(true)}
              />
            )}
            <p>
              Now: <VerificationMark person={person} />
            </p>
            <Problem error={matching.error} />
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Groups of five, read one by one. */
function SafetyNumber({ digits }: { readonly digits: string }) {
  const groups = digits.replaceAll(/\s/g, "").match(/.{1,5}/g) ?? [];
  return (
    <ol className="safety-number" aria-label="Safety number" dir="ltr">
      {groups.map((group, index) => (
        // A group's place is its identity: two may be alike.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>{group}</li>
      ))}
    </ol>
  );
}

function Mismatch({ person }: { readonly person: Person }) {
  return (
    <Notice tone="problem" title="Do not write anything private here" live>
      <p>
        First make sure that you both looked at each other's number: yours with <bdi>{person.name}</bdi>,
        theirs with you. If the numbers still differ, somebody may be reading along. Tell the organisation by
        phone, and talk in person until it is settled.
      </p>
    </Notice>
  );
}
