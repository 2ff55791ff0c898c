import type { ReceiptVerdict } from "@cloister/client";
import type { AuditResult } from "../audit/verify.ts";

const nameWidth = 24;
const textWidth = 76;

/** One thing that the demo had to show. */
export interface DemoCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export interface TranscriptLine {
  readonly from: string;
  readonly text: string;
  readonly sources?: readonly string[];
}

/** What `demo --json` prints. */
export interface DemoReport {
  readonly passed: boolean;
  readonly durationMs: number;
  readonly transcript: readonly TranscriptLine[];
  readonly relay: {
    readonly waitingEnvelopes: readonly { readonly sizeBytes: number; readonly count: number }[];
    readonly searchedFilesCount: number;
    /** In how many files the words of a message were found, in any encoding. */
    readonly markerFilesCount: number;
    /** Whether the search finds the words once they are planted unencrypted. */
    readonly controlFound: boolean;
  };
  readonly receipt: ReceiptVerdict;
  readonly log: AuditResult;
  readonly checks: readonly DemoCheck[];
}

/** The report for people. */
export function describeDemo(report: DemoReport): string[] {
  const { transcript, relay, receipt, log, checks } = report;
  return [
    "The conversation",
    ...transcript.flatMap(describeLine),
    "",
    "What the relay held while the clinician was away",
    ...relay.waitingEnvelopes.map(
      ({ sizeBytes, count }) => `  sealed envelopes of ${sizeBytes} bytes: ${count}`,
    ),
    `  files of relay, log and assistant that hold the words of the message: ${relay.markerFilesCount} of ${relay.searchedFilesCount}`,
    `  the same search once they were planted unencrypted: ${relay.controlFound ? "found" : "NOT FOUND"}`,
    "",
    `The receipt of the answer: ${receipt.verified ? "every claim holds" : "NOT VERIFIED"}`,
    ...receipt.steps.map(
      ({ step, status, reason }) => `  ${step.padEnd(12)} ${status}${reason ? `: ${reason}` : ""}`,
    ),
    ...(receipt.claims === undefined
      ? []
      : [
          `  the key is backed by "${receipt.claims.backing}", the answer was made ${receipt.claims.processedAt}`,
          `  by ${receipt.claims.engine.name} ${receipt.claims.engine.version}; entry ${receipt.claims.leafIndex} of the log`,
        ]),
    "",
    log.verified ? `The log: ${log.size} entries verified` : `The log: NOT VERIFIED, ${log.reason}`,
    ...(log.verified ? Object.entries(log.counts).map(([type, count]) => `  ${count} ${type}`) : []),
    "",
    ...checks.map(({ name, passed, detail }) => `${passed ? "ok  " : "FAIL"}  ${name}: ${detail}`),
    "",
    `${report.passed ? "All of it holds" : "NOT all of it holds"}, ${(report.durationMs / 1000).toFixed(1)} s.`,
  ];
}

function describeLine({ from, text, sources = [] }: TranscriptLine): string[] {
  const [first = "", ...rest] = [...wrapped(text), ...sources.flatMap((source) => wrapped(source))];
  return [
    `  ${from.padEnd(nameWidth)} ${first}`,
    ...rest.map((line) => `  ${" ".repeat(nameWidth)} ${line}`),
  ];
}

/** Breaks a text between words. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= textWidth) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
