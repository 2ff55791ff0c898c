import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CrashClientLine, CrashClientPlan, ShownMessage, Tally } from "./crash-lines.ts";

const script = fileURLToPath(new URL("crash-client.ts", import.meta.url));
const endTimeoutMs = 10_000;

/** A person's process, started again whenever it was killed; remembers what it ever showed. */
export class CrashPerson {
  readonly plan: CrashClientPlan;
  /** Every message that any of its processes showed, each time it did. */
  readonly shown: ShownMessage[] = [];
  account: string | undefined;
  conversation: string | undefined;
  tally: Tally | undefined;
  /** Why a process ended that nobody killed. */
  complaint: string | undefined;
  /** The present process got as far as signing up. */
  hasArrived = false;
  /** What the present process waits for: the code of its last failure to reach somebody. */
  waitingFor: string | undefined;
  #child: ChildProcess;
  readonly #written = new Set<string>();
  readonly #asked = new Set<string>();

  constructor(plan: CrashClientPlan) {
    this.plan = plan;
    this.#child = this.#start();
  }

  /** Own messages that were written so far. */
  get writtenCount(): number {
    return this.#written.size;
  }

  /** Questions among them. */
  get askedCount(): number {
    return this.#asked.size;
  }

  /** SIGKILL, and the next process at once. */
  async kill(): Promise<void> {
    const killed = this.#child;
    if (this.complaint !== undefined) throw new Error(this.complaint);
    killed.removeAllListeners("exit");
    const ended = once(killed, "exit");
    killed.kill("SIGKILL");
    await ended;
    this.#child = this.#start();
  }

  /** Lets the process close its store. */
  async end(): Promise<void> {
    const ending = this.#child;
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    ending.removeAllListeners("exit");
    const ended = once(ending, "exit");
    ending.kill("SIGTERM");
    const timer = setTimeout(() => ending.kill("SIGKILL"), endTimeoutMs);
    await ended;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    this.tally = undefined;
    this.hasArrived = false;
    this.waitingFor = undefined;
    const args = ["--disable-warning=ExperimentalWarning", script, JSON.stringify(this.plan)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.once("exit", (code, signal) => {
      this.complaint ??= `${this.plan.displayName} ended with ${code ?? signal}\n${errors}`;
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    return child;
  }

  #hear(text: string): void {
    const line = parse(text);
    switch (line?.event) {
      case undefined:
        return;
      case "arriving":
        this.hasArrived = true;
        return;
      case "waiting":
        this.waitingFor = line.code;
        return;
      case "joined":
        this.account = line.account;
        return;
      case "talking":
        this.conversation = line.conversation;
        return;
      case "tally":
        this.tally = line;
        return;
      case "shown":
        this.shown.push(line);
        if (line.mine) this.#written.add(line.id);
        if (line.mine && line.isQuestion) this.#asked.add(line.id);
    }
  }
}

/** A process that is killed while it writes leaves half a line. */
function parse(line: string): CrashClientLine | undefined {
  try {
    return JSON.parse(line) as CrashClientLine;
  } catch {
    return undefined;
  }
}
