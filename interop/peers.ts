import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isBaseError } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import type { Fields } from "../apps/cli/src/conform/fields.ts";
import { ProtocolSuite } from "../apps/cli/src/conform/protocol.ts";

/** One request or answer of suite `protocol`. */
export type Line = Fields;

/** Anything that answers the lines of suite `protocol`. */
export interface Peer {
  readonly name: string;
  ask(line: Line): Promise<Line>;
}

/** `@cloister/protocol`. */
export function cloister(name: string): Peer {
  const suite = new ProtocolSuite(systemRandom, Date.now);
  return { name, ask: (line) => Promise.resolve(answerOf(suite, line)) };
}

function answerOf(suite: ProtocolSuite, line: Line): Line {
  try {
    return suite.answer(line) as Line;
  } catch (error) {
    if (isBaseError(error)) return { error: error.code, message: error.message };
    throw error;
  }
}

/** Signal's library, in a process of its own. */
export function libsignal(name: string): Peer & { close(): void } {
  const child: ChildProcess = spawn(process.execPath, ["peer.mjs"], {
    cwd: fileURLToPath(new URL("libsignal", import.meta.url)),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error("the peer has no pipes");
  const waiting: { resolve(answer: Line): void; reject(reason: Error): void }[] = [];
  createInterface({ input: stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line) as Line));
  child.once("exit", (code: number | null) => {
    for (const answer of waiting) answer.reject(new Error(`the peer ended with code ${code}`));
  });
  return {
    name,
    ask(line) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        stdin.write(`${JSON.stringify(line)}\n`);
      });
    },
    close: () => stdin.end(),
  };
}
