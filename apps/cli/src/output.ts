import process from "node:process";
import type { ErrorFamily } from "@cloister/bytes";

/** Exit codes, after sysexits.h: what a script can do about it. 1 is left to "checked, and it failed". */
const ofFamily: Readonly<Record<ErrorFamily, number>> = {
  Usage: 64,
  Decode: 65,
  Verification: 1,
  Policy: 77,
  Conflict: 75,
  Unavailable: 69,
  Internal: 70,
};

export const exitCode = { ok: 0, failed: 1, usage: 64, ofFamily } as const;

/** One line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress on standard error, so that standard output stays what a program reads. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The same result for a person or, with --json, for a program. */
export function report(input: {
  readonly json: boolean;
  readonly value: object;
  readonly lines: readonly string[];
}): void {
  if (input.json) say(JSON.stringify(input.value));
  else for (const line of input.lines) say(line);
}
