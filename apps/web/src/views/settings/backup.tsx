import type { BackupStatus } from "@cloister/client";
import type { OrganisationInfo } from "@cloister/contracts/http";
import { useEffect, useRef, useState } from "react";
import { useNowMs } from "../../model/now.ts";
import { hasPasskeys } from "../../model/passkey.ts";
import { daysAgo } from "../../model/time.ts";
import { useBackup } from "../../model/use-backup.ts";
import { Button } from "../../ui/button.tsx";
import { KeyIcon, SaveIcon } from "../../ui/icons.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TickBox } from "../../ui/tick-box.tsx";
import { PhraseDialog } from "./phrase-dialog.tsx";
import { RemoveBackupDialog } from "./remove-backup-dialog.tsx";

/** After so many days a backup on paper is old: much was said since. */
const oldDays = 30;
const dayMs = 86_400_000;

export function Backup({ organisation }: { readonly organisation: OrganisationInfo }) {
  const backup = useBackup(organisation.name);
  const [dialog, setDialog] = useState<"phrase" | "remove">();
  const isSetUp = backup.status.ways.length > 0 && !backup.status.isVoid;
  const close = () => setDialog(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const wasSetUp = useRef(isSetUp);
  useEffect(() => {
    // The button that had the focus went with what stood here; behind a dialog nothing takes the focus.
    if (dialog !== undefined || isSetUp === wasSetUp.current) return;
    wasSetUp.current = isSetUp;
    heading.current?.focus();
  }, [isSetUp, dialog]);
  return (
    <section className="card" aria-labelledby="backup-title">
      <h2 ref={heading} id="backup-title" className="section-title" tabIndex={-1}>
        Backup
      </h2>
      {isSetUp ? (
        <Standing
          backup={backup}
          onNewPhrase={() => setDialog("phrase")}
          onRemove={() => setDialog("remove")}
        />
      ) : (
        <NotYet status={backup.status} onBegin={() => setDialog("phrase")} />
      )}
      {dialog === "phrase" && <PhraseDialog onClose={close} />}
      {dialog === "remove" && <RemoveBackupDialog removing={backup.removing} onClose={close} />}
    </section>
  );
}

function NotYet({ status, onBegin }: { readonly status: BackupStatus; readonly onBegin: () => void }) {
  return (
    <>
      {status.isVoid && (
        <Notice tone="caution" title="Your backup was replaced">
          <p>
            Another of your devices set up a new one. The words or the passkey that you chose here open it no
            more. If you did not do that, look through your devices above, and set up a new backup here.
          </p>
        </Notice>
      )}
      <p>
        Your messages are on your devices and nowhere else. If you lose the last one, they are gone, and so is
        your account: nobody can restore them for you.
      </p>
      <p>With twelve words on paper, you can get both back yourself.</p>
      <Button look="primary" onPress={onBegin}>
        <KeyIcon /> Set up a backup
      </Button>
    </>
  );
}

interface StandingProps {
  readonly backup: ReturnType<typeof useBackup>;
  readonly onNewPhrase: () => void;
  readonly onRemove: () => void;
}

function Standing({ backup, onNewPhrase, onRemove }: StandingProps) {
  const { status, saving, keeping, addingPasskey } = backup;
  const canAddPasskey = hasPasskeys() && !status.ways.includes("passkey");
  return (
    <>
      <LastBackup status={status} />
      <div>
        <TickBox
          isSelected={status.isKeptAtRelay}
          onChange={(keep) => void keeping.run(keep)}
          hint="Sealed before it leaves this device and renewed every day. The organisation keeps it and cannot open it."
        >
          Keep a copy at the organisation
        </TickBox>
        <output className="muted">{keeping.running && "One moment: sealing and sending…"}</output>
      </div>
      <Problem error={keeping.error} />
      <Button onPress={() => void saving.run()} isBusy={saving.running}>
        <SaveIcon /> Save a file now
      </Button>
      <Problem error={saving.error} />
      <h3 className="sub-title">What opens it</h3>
      <p>{waysWords(status.ways)}</p>
      <div className="actions">
        {canAddPasskey && (
          <Button onPress={() => void addingPasskey.run()} isBusy={addingPasskey.running}>
            Add a passkey
          </Button>
        )}
        <Button onPress={onNewPhrase}>
          {status.ways.includes("phrase") ? "Make new words" : "Add twelve words"}
        </Button>
        <Button look="quiet" onPress={onRemove}>
          End the backup…
        </Button>
      </div>
      <Problem error={addingPasskey.error} />
    </>
  );
}

function LastBackup({ status: { lastAtMs, isKeptAtRelay } }: { readonly status: BackupStatus }) {
  const nowMs = useNowMs();
  if (lastAtMs === undefined) {
    return (
      <Notice tone="caution" title="One step is left">
        <p>There is no backup yet. Keep a copy at the organisation, or save a file.</p>
      </Notice>
    );
  }
  const isOld = nowMs - lastAtMs > oldDays * dayMs;
  const words = `Last backup: ${daysAgo(lastAtMs, nowMs)}, ${isKeptAtRelay ? "at the organisation" : "in a file"}.`;
  if (!isOld) return <p className="backup-age">{words}</p>;
  return (
    <Notice tone="caution" title={words}>
      <p>What was said since is in no backup. Make a new one.</p>
    </Notice>
  );
}

function waysWords(ways: BackupStatus["ways"]): string {
  if (ways.length > 1) return "Your twelve words, or your passkey.";
  return ways[0] === "passkey" ? "Your passkey." : "Your twelve words.";
}
