import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One request or answer of suite `protocol`. */
export type Line = Readonly<Record<string, unknown>>;

/** Anything that answers the lines of suite `protocol`. */
export interface Peer {
  readonly name: string;
  ask(line: Line): Promise<Line>;
}

/** A peer in a process of its own, which ends with `close`. */
export type PeerProcess = Peer & { close(): void };

/** `@cloister/protocol`, as `npx cloister conform protocol` drives it. */
export function cloister(name: string): PeerProcess {
  const launcher = fileURLToPath(new URL("../apps/cli/bin/cloister.js", import.meta.url));
  return inProcess(name, [launcher, "conform", "protocol"]);
}

/** Signal's library, under its name in `libsignal/package.json`; the newest one without. */
export function libsignal(name: string, packageName?: string): PeerProcess {
  const script = fileURLToPath(new URL("libsignal/peer.mjs", import.meta.url));
  return inProcess(name, packageName === undefined ? [script] : [script, packageName]);
}

function inProcess(name: string, args: readonly string[]): PeerProcess {
  const { stdin, stdout, ...child } = startNode(args);
  const waiting: { resolve(answer: Line): void; reject(reason: Error): void }[] = [];
  createInterface({ input: stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line) as Line));
  child.onExit((code) => {
    for (const answer of waiting) answer.reject(new Error(`${name} ended with code ${code}`));
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

function startNode(args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const { stdin, stdout } = child;
  return { stdin, stdout, onExit: (tell: (code: number | null) => void) => child.once("exit", tell) };
}

/** What two peers agree to speak: the least that Cloister accepts, and whether bundles go without KEM prekeys. */
export interface Dialect {
  readonly minimum: "v3" | "pqxdh" | "spqr";
  readonly classic: boolean;
}

/** The same peer in a dialect: its accounts accept the minimum, and its bundles are X3DH's if asked for. */
export function speaking(peer: PeerProcess, { minimum, classic }: Dialect): PeerProcess {
  return {
    ...peer,
    async ask(line) {
      const answer = await peer.ask(line["op"] === "new" ? { ...line, minimum } : line);
      if (!classic || line["op"] !== "bundle") return answer;
      return Object.fromEntries(Object.entries(answer).filter(([field]) => !field.startsWith("kyber")));
    },
  };
}
