import type { RecoverySecret } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { useMemo, useState } from "react";
import { useModel } from "./client-model.ts";
import { useObservable } from "./observable.ts";
import { createPasskey } from "./passkey.ts";
import { saveFile } from "./save-file.ts";
import { useTask } from "./use-task.ts";

/** Words that a person has to write before the phrase counts. */
const askedCount = 3;

/** The backup as it stands, and what to do about it. */
export function useBackup(organisation: string) {
  const { client, backup } = useModel();
  const status = useObservable(backup);
  const saving = useTask(() => saveFile(fileName(), client.exportBackup()));
  const keeping = useTask((keep: boolean) => client.keepBackupAtRelay(keep));
  const addingPasskey = useTask(async () => {
    await client.addRecovery({ way: "passkey", key: await createPasskey(organisation) });
  });
  const removing = useTask((onDone: () => void) => client.removeBackup().then(onDone));
  return { status, saving, keeping, addingPasskey, removing };
}

/** Says nothing about a person or the organisation. */
function fileName(): string {
  return `backup-${new Date().toISOString().slice(0, 10)}.cloister`;
}

/** Twelve words: shown once, then asked for in part. They live in this hook and nowhere else. */
export function usePhrase(onDone: () => void) {
  const { client } = useModel();
  const words = useMemo(() => client.newRecoveryPhrase().split(" "), [client]);
  const places = useMemo(() => somePlaces(words.length), [words]);
  const [step, setStep] = useState<"show" | "confirm">("show");
  const [written, setWritten] = useState<readonly string[]>([]);
  const [isWrong, setWrong] = useState(false);

  const confirming = useTask(async () => {
    const isRight = places.every((place, at) => written[at]?.trim().toLowerCase() === words[place]);
    setWrong(!isRight);
    if (!isRight) return;
    const secret: RecoverySecret = { way: "phrase", phrase: words.join(" ") };
    await client.addRecovery(secret);
    onDone();
  });
  const write = (at: number, word: string) => {
    setWrong(false);
    setWritten(
      Array.from({ length: askedCount }, (_, index) => (index === at ? word : (written[index] ?? ""))),
    );
  };
  return { words, places, step, setStep, written, write, isWrong, confirming };
}

/** Places of words, in order, which nobody can foretell. */
function somePlaces(wordsCount: number): readonly number[] {
  const places = new Set<number>();
  while (places.size < askedCount) places.add((systemRandom(1)[0] ?? 0) % wordsCount);
  return [...places].sort((a, b) => a - b);
}
