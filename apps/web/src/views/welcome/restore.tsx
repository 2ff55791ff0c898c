import type { OrganisationInfo } from "@cloister/contracts/http";
import { type FormEvent, useState } from "react";
import { FileTrigger, Label, Radio, RadioGroup } from "react-aria-components";
import { hasPasskeys } from "../../model/passkey.ts";
import { useRestore } from "../../model/use-restore.ts";
import { Button } from "../../ui/button.tsx";
import { BackIcon, KeyIcon } from "../../ui/icons.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { Progress } from "../../ui/progress.tsx";
import { TextInput } from "../../ui/text-input.tsx";

interface RestoreProps {
  readonly organisation: OrganisationInfo;
  readonly onBack: () => void;
}

export function Restore({ organisation, onBack }: RestoreProps) {
  const restore = useRestore();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void restore.byPhrase.run();
  };
  return (
    <>
      <h1 className="welcome-title" tabIndex={-1}>
        Restore from a backup
      </h1>
      <p>
        Brings your account and your messages to this device. Your other devices, lost or not, are removed
        from the account. If you still have one, link this device to it instead.
      </p>
      <ChooseSource organisation={organisation} file={restore.file} onFile={restore.setFile} />
      <form className="stack" onSubmit={submit}>
        <TextInput
          label="Your twelve words"
          hint="In their order, with spaces between them."
          lines={3}
          value={restore.phrase}
          onChange={restore.setPhrase}
          problem={restore.problem}
        />
        <Problem error={restore.error} />
        {restore.isRunning && <Restoring progress={restore.progress} />}
        <Button look="primary" type="submit" isBusy={restore.isRunning}>
          {restore.byPhrase.running ? "Restoring…" : "Restore"}
        </Button>
      </form>
      {hasPasskeys() && (
        <Button onPress={() => void restore.byPasskey.run()} isBusy={restore.isRunning}>
          <KeyIcon /> Use a passkey instead
        </Button>
      )}
      <Button look="quiet" onPress={onBack} isDisabled={restore.isRunning}>
        <BackIcon /> Back
      </Button>
    </>
  );
}

interface ChooseSourceProps {
  readonly organisation: OrganisationInfo;
  readonly file: File | undefined;
  readonly onFile: (file: File | undefined) => void;
}

function ChooseSource({ organisation, file, onFile }: ChooseSourceProps) {
  const [source, setSource] = useState("relay");
  const choose = (next: string) => {
    setSource(next);
    if (next === "relay") onFile(undefined);
  };
  return (
    <div className="stack stack-tight">
      <RadioGroup className="field" value={source} onChange={choose}>
        <Label className="field-label">Where is the backup?</Label>
        <div className="segments">
          <Radio value="relay" className="segment">
            <span>
              At <bdi>{organisation.name}</bdi>
            </span>
          </Radio>
          <Radio value="file" className="segment">
            In a file
          </Radio>
        </div>
      </RadioGroup>
      {source === "file" && (
        <div className="actions">
          <FileTrigger onSelect={(files) => onFile(files?.[0])}>
            <Button>{file ? "Choose another file" : "Choose the file"}</Button>
          </FileTrigger>
          <output>{file && <bdi>{file.name}</bdi>}</output>
        </div>
      )}
    </div>
  );
}

function Restoring({ progress }: Pick<ReturnType<typeof useRestore>, "progress">) {
  const words = progress
    ? `Restoring: ${progress.doneCount} of ${progress.totalCount} conversations`
    : "Opening the backup…";
  return (
    <Notice tone="info">
      <Progress label={words} doneCount={progress?.doneCount ?? 0} totalCount={progress?.totalCount} />
      <p className="muted">Keep this page open.</p>
    </Notice>
  );
}
