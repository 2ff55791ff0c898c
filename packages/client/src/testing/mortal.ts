import type { MemoryDisk } from "@cloister/testkit/client-store";
import type { TestDevice, TestWorld } from "@cloister/testkit/test-world";

/** Where a process dies: exactly before its n-th commit takes effect, or exactly after. */
export interface Death {
  readonly commit: number;
  readonly when: "before" | "after";
}

const pollMs = 700;
const maxPollsCount = 2000;

/** A device whose process dies once at one of its commits, and is started again a second later. */
export class Mortal {
  readonly device: TestDevice;
  readonly #world: TestWorld;
  readonly #first: number;
  #isDead = false;
  hasDied = false;

  constructor(world: TestWorld, device: TestDevice, death: Death | undefined) {
    this.device = device;
    this.#world = world;
    const { disk } = device;
    this.#first = disk.commitsCount;
    if (death) this.#dieAt(disk, death);
  }

  /** Commits of this device since then. */
  get commitsCount(): number {
    return this.device.disk.commitsCount - this.#first;
  }

  /** Does something to the process, again if it died of it before it had taken effect. */
  async try(act: () => Promise<unknown>, isDone: () => Promise<boolean> | boolean): Promise<void> {
    const diedBefore = this.hasDied;
    try {
      await this.#world.settle(act());
    } catch (error) {
      if (this.hasDied === diedBefore) throw error;
    }
    await this.alive();
    if (!(await isDone())) await this.#world.settle(act());
  }

  async alive(): Promise<void> {
    await this.#world.clock.until(() => !this.#isDead);
  }

  async isSettled(): Promise<boolean> {
    if (this.#isDead) return false;
    try {
      await this.device.client.settled(0);
      return true;
    } catch {
      return false;
    }
  }

  #dieAt(disk: MemoryDisk, { commit, when }: Death): void {
    const die = (number: number) => {
      if (this.hasDied || number !== this.#first + commit) return;
      this.hasDied = true;
      this.#isDead = true;
      void this.device.kill();
      this.#world.clock.after(1000, () => void this.#revive());
      throw new Error("killed");
    };
    if (when === "before") disk.beforeCommit = die;
    else disk.afterCommit = die;
  }

  async #revive(): Promise<void> {
    await this.device.start();
    if (this.device.client.self()) this.device.client.connect();
    this.#isDead = false;
  }
}

/** Lets time pass until everybody lives and nothing is under way. */
export async function calm(world: TestWorld, mortals: readonly Mortal[]): Promise<void> {
  let stillCount = 0;
  for (let polls = 0; stillCount < 3; polls += 1) {
    if (polls > maxPollsCount) throw new Error("it never becomes quiet");
    await world.clock.pass(pollMs);
    const settled = await Promise.all(mortals.map((mortal) => mortal.isSettled()));
    stillCount = settled.every(Boolean) ? stillCount + 1 : 0;
  }
}
