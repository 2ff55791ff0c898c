/**
 * Random conversations in two worlds at once. In one, Cloister talks to Signal's library; in the other, the
 * library talks to itself. Every step is taken in both, and whatever does not come out alike is a divergence:
 * what opens, what is a duplicate, what is refused, who can send and with which type of message.
 */
import assert from "node:assert/strict";
import { readProto } from "@cloister/codec";
import { ask } from "./conversation.ts";
import type { Line, Peer } from "./peers.ts";
import type { Dice } from "./scenarios.ts";

type Side = "a" | "b";
const sides = ["a", "b"] as const;
const otherOf = (side: Side): Side => (side === "a" ? "b" : "a");

/** Two accounts that talk to each other. */
export type World = Readonly<Record<Side, Peer>>;

/** The two worlds came apart. */
export class Divergence extends Error {}

/** A message as each world has it. */
interface Sent {
  readonly from: Side;
  readonly plaintext: string;
  readonly forms: readonly Line[];
}

/** How a step came out, in words that both libraries have in common. */
type Outcome = string;

/** Both say that they opened it before, or have given up the key for newer ones. */
const duplicateCodes: ReadonlySet<string> = new Set(["DuplicatedMessage", "RATCHET-003", "RATCHET-004"]);

/** Messages older than this are not delivered any more, as if lost. */
const MOST_IN_FLIGHT = 60;

export interface FuzzOptions {
  readonly steps: number;
  readonly dice: Dice;
  /** For the self-check: at this step, the first world gets a message that was changed on its way. */
  readonly sabotageAt?: number;
}

/** Runs both worlds and reports figures. @throws Divergence */
export async function fuzz(worlds: readonly [World, World], options: FuzzOptions): Promise<string> {
  const run = new Fuzz(worlds, options);
  await run.start();
  for (let step = 1; step <= options.steps; step += 1) await run.step(step);
  return run.report();
}

class Fuzz {
  readonly #worlds: readonly World[];
  readonly #dice: Dice;
  readonly #sabotageAt: number | undefined;
  #step = 0;
  #speaker: Side = "a";
  #sentCount = 0;
  #flying: Sent[] = [];
  #delivered: Sent[] = [];
  /** Earlier states of each side, in both worlds. */
  readonly #saved: Record<Side, (readonly Line[])[]> = { a: [], b: [] };
  readonly #figures = new Map<string, number>();

  constructor(worlds: readonly World[], { dice, sabotageAt }: FuzzOptions) {
    this.#worlds = worlds;
    this.#dice = dice;
    this.#sabotageAt = sabotageAt;
  }

  async start(): Promise<void> {
    for (const world of this.#worlds) {
      for (const side of sides) await ask(world[side], { op: "new", as: world[side].name });
    }
    await this.#startSession("a");
  }

  async step(step: number): Promise<void> {
    this.#step = step;
    // Sides speak for a while, so that chains get long.
    if (this.#dice(4) === 0) this.#speaker = otherOf(this.#speaker);
    const side = this.#speaker;
    const roll = this.#dice(400);
    if (roll < 184) await this.#send(side);
    else if (roll < 312) await this.#deliver(this.#draw(this.#flying));
    else if (roll < 330) this.#lose(this.#draw(this.#flying));
    else if (roll < 356) await this.#again();
    else if (roll < 374) await this.#tamper();
    else if (roll < 376) await this.#reset(side);
    else if (roll < 380) await this.#startSession(side);
    else if (roll < 398) await this.#restart(side);
    else if (roll < 399) await this.#lost(side, (world) => this.#forget(world, side));
    else await this.#rollBack(side);
  }

  report(): string {
    const figures = [...this.#figures].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return figures.map(([name, count]) => `${count} ${name}`).join(", ");
  }

  /** Takes a step in both worlds, which must come out alike. */
  async #alike(what: string, take: (world: World, at: number) => Promise<Outcome>): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    for (const [at, world] of this.#worlds.entries()) outcomes.push(await take(world, at));
    const [first = "", second = ""] = outcomes;
    // What follows a colon is said for people.
    if (first.split(":")[0] !== second.split(":")[0]) {
      throw new Divergence(`step ${this.#step}, ${what}: Cloister's world "${first}", Signal's "${second}"`);
    }
    return first;
  }

  async #send(from: Side): Promise<void> {
    const sent = await this.#encrypt(from);
    if (sent) this.#flying.push(sent);
    else await this.#startSession(from);
    if (this.#flying.length > MOST_IN_FLIGHT) this.#lose(this.#flying[0]);
  }

  async #encrypt(from: Side): Promise<Sent | undefined> {
    this.#sentCount += 1;
    const text = `${this.#sentCount}:${"x".repeat(this.#sentCount % 97)}`;
    const plaintext = Buffer.from(text).toString("base64");
    const forms: Line[] = [];
    const outcome = await this.#alike(`${from} sends`, async (world) => {
      const [at, to] = [world[from].name, world[otherOf(from)].name];
      const answer = await world[from].ask({ op: "encrypt", at, to, device: 1, plaintext });
      forms.push(answer);
      return "error" in answer ? `cannot send: ${String(answer["error"])}` : `type ${String(answer["type"])}`;
    });
    if (outcome.startsWith("cannot")) return undefined;
    this.#count("sent");
    return { from, plaintext, forms };
  }

  async #deliver(sent: Sent | undefined): Promise<void> {
    if (!sent) return;
    this.#flying = this.#flying.filter((other) => other !== sent);
    const spoils = this.#sabotageAt !== undefined && this.#step >= this.#sabotageAt;
    const outcome = await this.#alike(`${otherOf(sent.from)} receives`, (world, at) =>
      this.#open(world, spoils && at === 0 ? changed(sent, this.#dice) : sent, at),
    );
    this.#count(outcome === "opened" ? "opened" : "not opened by either");
    this.#delivered.push(sent);
  }

  /** Whatever comes out, an opened message has the text that was sent, and a refusal is not a fault. */
  async #open(world: World, { from, plaintext, forms }: Sent, at: number): Promise<Outcome> {
    const receiver = world[otherOf(from)];
    const line = { op: "decrypt", at: receiver.name, from: world[from].name, device: 1, ...forms[at] };
    const answer = await receiver.ask(line);
    if (answer["error"] === undefined) {
      assert.equal(answer["plaintext"], plaintext, "another text than was sent");
      return "opened";
    }
    const error = answer["error"] as string;
    assert.notEqual(error, "INTERNAL", "a fault of the driver's own; its standard error says more");
    return `${duplicateCodes.has(error) ? "duplicate" : "refused"}: ${error}`;
  }

  #lose(sent: Sent | undefined): void {
    if (!sent) return;
    this.#flying = this.#flying.filter((other) => other !== sent);
    this.#count("lost");
  }

  /** One that was delivered comes again. */
  async #again(): Promise<void> {
    const sent = this.#draw(this.#delivered.slice(-20));
    if (!sent) return;
    await this.#alike("a message comes again", (world, at) => this.#open(world, sent, at));
    this.#count("delivered again");
  }

  async #tamper(): Promise<void> {
    const sent = this.#draw(this.#flying);
    if (!sent) return;
    const forged = changed(sent, this.#dice);
    const outcome = await this.#alike("a changed message comes", (world, at) =>
      this.#open(world, forged, at),
    );
    if (outcome === "opened") throw new Divergence(`step ${this.#step}: a changed message was opened`);
    this.#count("changed ones refused");
  }

  async #reset(side: Side): Promise<void> {
    await this.#alike("a session is archived", (world) => this.#tell(world, side, { op: "reset" }));
    this.#count("resets");
  }

  async #startSession(side: Side): Promise<void> {
    const oneTime = this.#dice(2) === 0;
    await this.#alike("a session is started", async (world) => {
      const other = world[otherOf(side)];
      const bundle = await ask(other, { op: "bundle", of: other.name, oneTime });
      return this.#tell(world, side, { op: "session", bundle });
    });
    this.#count("sessions");
  }

  /** A side ends and comes back from what it stored; nothing may change. */
  async #restart(side: Side): Promise<void> {
    const states: Line[] = [];
    for (const world of this.#worlds) {
      const { name } = world[side];
      const state = await ask(world[side], { op: "save", at: name });
      await ask(world[side], { op: "load", as: name, ...state });
      states.push(state);
    }
    this.#saved[side].push(states);
    this.#count("restarts");
  }

  async #rollBack(side: Side): Promise<void> {
    const states = this.#draw(this.#saved[side]);
    if (!states) return;
    await this.#lost(side, async (world, at) => {
      const { name } = world[side];
      await ask(world[side], { op: "load", as: name, ...states[at] });
    });
  }

  #forget(world: World, side: Side): Promise<Outcome> {
    return this.#tell(world, side, { op: "forget" });
  }

  /**
   * A side lost what it knew. What is on its way may open or not, by each library's own lights; then the side
   * starts a new session, and from there both worlds must be alike again.
   */
  async #lost(side: Side, lose: (world: World, at: number) => Promise<unknown>): Promise<void> {
    for (const [at, world] of this.#worlds.entries()) {
      await lose(world, at);
      for (const sent of [...this.#flying, ...this.#delivered.slice(-3)]) await this.#open(world, sent, at);
    }
    this.#flying = [];
    this.#delivered = [];
    await this.#reset(side);
    await this.#startSession(side);
    for (const from of [side, otherOf(side)]) {
      const sent = await this.#encrypt(from);
      assert.ok(sent);
      const outcome = await this.#alike("a message after the loss", (world, at) =>
        this.#open(world, sent, at),
      );
      if (outcome !== "opened")
        throw new Divergence(`step ${this.#step}: no way back after a loss: ${outcome}`);
      this.#count("opened");
    }
    this.#count("losses and rollbacks");
  }

  async #tell(world: World, side: Side, line: Line): Promise<Outcome> {
    const [at, peer] = [world[side].name, world[otherOf(side)].name];
    const answer = await world[side].ask({ ...line, at, with: peer, device: 1 });
    return "error" in answer ? `refused: ${String(answer["error"])}` : "done";
  }

  #draw<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.#dice(items.length)];
  }

  #count(name: string): void {
    this.#figures.set(name, (this.#figures.get(name) ?? 0) + 1);
  }
}

/** The same message with one bit of its MAC flipped. */
function changed(sent: Sent, dice: Dice): Sent {
  const back = 1 + dice(8);
  const bit = 1 << dice(8);
  const forms = sent.forms.map((form) => {
    const bytes = Buffer.from(String(form["message"]), "base64");
    const at = macEnd(form, bytes) - back;
    bytes[at] = (bytes[at] ?? 0) ^ bit;
    return { ...form, message: bytes.toString("base64") };
  });
  return { ...sent, forms };
}

/** A first message has the MAC at the end of the message inside it. */
function macEnd({ type }: Line, bytes: Uint8Array): number {
  if (type === 2) return bytes.length;
  const { inner } = readProto(bytes.subarray(1), { inner: [4, "bytes"] });
  assert.ok(inner);
  return Buffer.from(bytes).indexOf(inner) + inner.length;
}
