import { readText } from "@cloister/client/routing";
import type { ReadRequest, WorkerWord } from "./text-reader.ts";

/*
 * Reads texts beside the page, so that typing never waits for it. Nothing leaves: it has no network code, and the
 * page's policy holds for it too.
 */

const say = (word: WorkerWord) => postMessage(word);

addEventListener("message", ({ data }: MessageEvent<ReadRequest>) => {
  const { number, text, describedPatients } = data;
  say({ type: "read", number, reading: readText(text, { describedPatients }) });
});
say({ type: "ready" });
