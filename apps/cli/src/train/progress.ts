import process from "node:process";

const BAR_WIDTH = 24;
const REDRAW_MS = 100;

/** How far a run is, as one line. */
export function trainingLine({
  done,
  total,
  leftMs,
}: {
  done: number;
  total: number;
  leftMs: number;
}): string {
  const filled = Math.floor((done / total) * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  return `  ${bar} step ${done} of ${total}, ${Math.ceil(leftMs / 1000)} s left`;
}

/**
 * Shows steps on standard error: one line that changes on a terminal, elsewhere a line for each tenth.
 * @param from steps that were taken before
 */
export function showSteps(total: number, from: number): (done: number) => void {
  const beganMs = performance.now();
  let shownAtMs = 0;
  let shownTenth = -1;
  return (done) => {
    const now = performance.now();
    const leftMs = ((now - beganMs) / Math.max(1, done - from)) * (total - done);
    const line = trainingLine({ done, total, leftMs });
    if (process.stderr.isTTY) {
      if (done < total && now - shownAtMs < REDRAW_MS) return;
      shownAtMs = now;
      process.stderr.write(`\r\u001b[2K${line}${done === total ? "\n" : ""}`);
    } else if (Math.floor((10 * done) / total) !== shownTenth) {
      shownTenth = Math.floor((10 * done) / total);
      process.stderr.write(`${line}\n`);
    }
  };
}
