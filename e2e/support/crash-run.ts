import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import type { PlannedKill } from "./crash-kills.ts";
import type { CrashClientPlan } from "./crash-lines.ts";
import { CrashPerson } from "./crash-person.ts";
import { type RunningStack, startStack } from "./stack.ts";

const pollMs = 50;
const restartTimeoutMs = 30_000;

type Server = "relay" | "agent" | "log";

/** A running stack and the people on it, all of whom can be killed. */
export class CrashRun {
  readonly stack: RunningStack;
  /** Where the people's devices lie. */
  readonly dir: string;
  readonly people: CrashPerson[] = [];
  readonly #killed = new Map<Server, number>();

  private constructor(stack: RunningStack, dir: string) {
    this.stack = stack;
    this.dir = dir;
  }

  static async start(): Promise<CrashRun> {
    const stack = await startStack();
    return new CrashRun(stack, await mkdtemp(join(tmpdir(), "cloister-crash-")));
  }

  /** Messages that all people together wrote. */
  get writtenCount(): number {
    return this.people.reduce((sum, person) => sum + person.writtenCount, 0);
  }

  arrive(plan: Omit<CrashClientPlan, "relayUrl" | "dir">): CrashPerson {
    const dir = join(this.dir, plan.displayName);
    const person = new CrashPerson({ ...plan, dir, relayUrl: this.stack.relayUrl });
    this.people.push(person);
    return person;
  }

  /** Waits for the kill's moment and carries it out. */
  async kill({ victim, atCount, delayMs }: PlannedKill, timeoutMs: number): Promise<void> {
    if (!(await this.holds(() => this.writtenCount >= atCount, timeoutMs))) {
      throw new Error(`only ${this.writtenCount} of ${atCount} messages were written`);
    }
    await pause(delayMs);
    if (victim === "relay" || victim === "agent" || victim === "log") return this.#killServer(victim);
    await this.people.find(({ plan }) => plan.displayName === victim)?.kill();
  }

  /** Whether it holds, now or in time. Throws when a process ended that nobody killed. */
  async holds(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    for (const endMs = performance.now() + timeoutMs; !condition(); await pause(pollMs)) {
      for (const { complaint } of this.people) if (complaint !== undefined) throw new Error(complaint);
      if (performance.now() > endMs) return false;
    }
    return true;
  }

  async end(): Promise<void> {
    for (const person of this.people) await person.end();
    await this.stack.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** One that was killed just now has to be there again first. */
  async #killServer(server: Server): Promise<void> {
    let pid: number | undefined;
    const isThere = () => {
      pid = this.stack.pidOf(server);
      return pid !== undefined && pid !== this.#killed.get(server);
    };
    if (!(await this.holds(isThere, restartTimeoutMs)) || pid === undefined) {
      throw new Error(`${server} was not started again`);
    }
    process.kill(pid, "SIGKILL");
    this.#killed.set(server, pid);
  }
}
