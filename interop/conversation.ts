import assert from "node:assert/strict";
import { epochOf } from "./epoch.ts";
import type { Line, Peer } from "./peers.ts";

/** A sent message on its way. */
export interface InFlight {
  readonly from: Peer;
  readonly to: Peer;
  readonly type: number;
  readonly message: string;
  readonly plaintext: string;
}

/** Two peers that exchange lines; every failure that a test did not ask for ends the run. */
export class Conversation {
  openedCount = 0;
  #sentCount = 0;
  readonly #epochs = new Map<Peer, number>();

  readonly first: Peer;
  readonly second: Peer;

  private constructor(first: Peer, second: Peer) {
    this.first = first;
    this.second = second;
  }

  /** New accounts on both sides; `initiator` fetched the other's bundle. */
  static async start(initiator: Peer, other: Peer, oneTime = true): Promise<Conversation> {
    for (const peer of [initiator, other]) await ask(peer, { op: "new", as: peer.name });
    const conversation = new Conversation(initiator, other);
    await conversation.startSession(initiator, oneTime);
    return conversation;
  }

  other(peer: Peer): Peer {
    return peer === this.first ? this.second : this.first;
  }

  /** How many ML-KEM exchanges both sides have completed, by what their last messages say. */
  get completedEpochCount(): number {
    return Math.max(0, Math.min(this.#epochs.get(this.first) ?? 0, this.#epochs.get(this.second) ?? 0) - 1);
  }

  async startSession(at: Peer, oneTime = true): Promise<void> {
    const peer = this.other(at);
    const bundle = await ask(peer, { op: "bundle", of: peer.name, oneTime });
    await ask(at, { op: "session", at: at.name, with: peer.name, device: 1, bundle });
  }

  async send(from: Peer): Promise<InFlight> {
    this.#sentCount += 1;
    const to = this.other(from);
    const length = this.#sentCount % 97;
    const plaintext = Buffer.from(`${this.#sentCount}:${"x".repeat(length)}`).toString("base64");
    const line = { op: "encrypt", at: from.name, to: to.name, device: 1, plaintext };
    const answer = await ask(from, line);
    const sent = { type: answer["type"] as number, message: answer["message"] as string };
    this.#epochs.set(from, epochOf(sent));
    return { from, to, plaintext, ...sent };
  }

  /** Delivers a message that must open. */
  async deliver(sent: InFlight): Promise<void> {
    const answer = await this.tryDeliver(sent);
    assert.equal(answer["plaintext"], sent.plaintext, `${sent.to.name} says ${JSON.stringify(answer)}`);
    this.openedCount += 1;
  }

  /** Delivers a message and returns whatever the receiver says. */
  tryDeliver({ from, to, type, message }: InFlight): Promise<Line> {
    return to.ask({ op: "decrypt", at: to.name, from: from.name, device: 1, type, message });
  }

  /** Delivers a message that must be refused. */
  async refuse(sent: InFlight): Promise<Line> {
    const answer = await this.tryDeliver(sent);
    assert.equal(typeof answer["error"], "string", `${sent.to.name} opened what it had to refuse`);
    return answer;
  }

  async reset(at: Peer): Promise<void> {
    await ask(at, { op: "reset", at: at.name, with: this.other(at).name, device: 1 });
  }
}

/** Asks and expects no error. */
export async function ask(peer: Peer, line: Line): Promise<Line> {
  const answer = await peer.ask(line);
  assert.equal(answer["error"], undefined, `${peer.name}: ${JSON.stringify(answer)}`);
  return answer;
}
