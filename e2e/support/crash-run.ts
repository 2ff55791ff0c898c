import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import type { PlannedKill } from "./crash-kills.ts";
import type { CrashClientPlan } from "./crash-lines.ts";
import { CrashPerson } from "./crash-person.ts";
import { type RunningStack, startStack } from "./stack.ts";

const pollMs = 20;
const timeoutMs = 90_000;
const servers = ["relay", "agent", "log"] as const;
type Server = (typeof servers)[number];

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

  get askedCount(): number {
    return this.people.reduce((sum, person) => sum + person.askedCount, 0);
  }

  arrive(plan: Omit<CrashClientPlan, "relayUrl" | "dir">): CrashPerson {
    const dir = join(this.dir, plan.displayName);
    const person = new CrashPerson({ ...plan, dir, relayUrl: this.stack.relayUrl });
    this.people.push(person);
    return person;
  }

  /** Waits for the kill's moment and carries it out. The agent has something to do only after a question. */
  async kill({ victim, atCount, delayMs }: PlannedKill): Promise<void> {
    await this.reach(`${atCount} messages`, () => this.writtenCount >= atCount);
    const { askedCount } = this;
    if (victim === "agent") await this.reach("a question", () => this.askedCount > askedCount);
    await pause(delayMs);
    if (victim === "relay" || victim === "agent" || victim === "log") return this.#killServer(victim);
    await this.people.find(({ plan }) => plan.displayName === victim)?.kill();
  }

  /** Waits until it holds; an error says who waits for what. */
  async reach(what: string, condition: () => boolean): Promise<void> {
    if (await this.holds(condition)) return;
    const people = this.people.map(
      ({ plan, waitingFor }) => `${plan.displayName}: ${waitingFor ?? "no wait"}`,
    );
    const pids = servers.map((server) => `${server}: ${this.stack.pidOf(server) ?? "not running"}`);
    throw new Error(`not reached in time: ${what} (${[...people, ...pids].join(", ")})`);
  }

  /** Whether it holds, now or in time. Throws when a process ended that nobody killed. */
  async holds(condition: () => boolean): Promise<boolean> {
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
    await this.reach(`${server} again`, () => {
      pid = this.stack.pidOf(server);
      return pid !== undefined && pid !== this.#killed.get(server);
    });
    if (pid === undefined) return;
    process.kill(pid, "SIGKILL");
    this.#killed.set(server, pid);
  }
}
