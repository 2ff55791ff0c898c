import type { BackupFile, RecoverySecret, RestoreProgress } from "@cloister/client";
import { useState } from "react";
import { useModel } from "./client-model.ts";
import { askPasskey } from "./passkey.ts";
import { phraseProblem } from "./phrase-words.ts";
import { useTask } from "./use-task.ts";

/** Getting everything back on a device without an account. */
export function useRestore() {
  const model = useModel();
  const [file, setFile] = useState<File>();
  const [phrase, setPhrase] = useState("");
  const [problem, setProblem] = useState<string>();
  const [progress, setProgress] = useState<RestoreProgress>();

  const restore = async (secret: RecoverySecret) => {
    setProgress(undefined);
    const input = { secret, onProgress: setProgress };
    await model.client.restoreBackup(file ? { ...input, file: asBackupFile(file) } : input);
    model.begin();
  };
  const byPhrase = useTask(async () => {
    const wrong = phraseProblem(phrase);
    setProblem(wrong);
    if (wrong === undefined) await restore({ way: "phrase", phrase });
  });
  const byPasskey = useTask(async () => restore({ way: "passkey", key: await askPasskey() }));
  const change = (text: string) => {
    setPhrase(text);
    setProblem(undefined);
  };
  const isRunning = byPhrase.running || byPasskey.running;
  const error = byPhrase.error ?? byPasskey.error;
  return {
    file,
    setFile,
    phrase,
    setPhrase: change,
    problem,
    progress,
    byPhrase,
    byPasskey,
    isRunning,
    error,
  };
}

/** Read piece by piece: the file need not fit into memory. */
function asBackupFile(file: Blob): BackupFile {
  return {
    read: async (offset, lengthBytes) =>
      new Uint8Array(await file.slice(offset, offset + lengthBytes).arrayBuffer()),
  };
}
