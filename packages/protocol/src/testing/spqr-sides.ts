/** Two sides of the post-quantum ratchet alone, for tests. */
import { toHex, zeroise } from "@cloister/bytes";
import { ByteReader, ByteWriter } from "@cloister/codec";
import type { Random } from "@cloister/crypto";
import type { Braid } from "../spqr/braid.ts";
import {
  type ActiveSpqr,
  receiveSpqr,
  type SpqrMinimum,
  type SpqrState,
  type SpqrStep,
  sendSpqr,
  startSpqr,
} from "../spqr/index.ts";
import { type Payload, parseSpqrField, writeSpqrField } from "../spqr/message.ts";
import { readSpqr, writeSpqr } from "../spqr/stored.ts";
import { seededRandom } from "./parties.ts";

/** A message as this layer sees it: its field, and the key it was given. */
export interface Sent {
  readonly field: Uint8Array | undefined;
  readonly key: string;
}

/** One side. It commits like a store: first the new state, then it overwrites what became obsolete. */
export class SpqrSide {
  state: SpqrState;
  readonly random: Random;

  constructor(state: SpqrState, random: Random) {
    this.state = state;
    this.random = random;
  }

  send(): Sent {
    const step = sendSpqr(this.state, this.random);
    return { field: step.field, key: this.#commit(step) };
  }

  /** The key of a message, or the error for it; the state changes only with the former. */
  open({ field }: Pick<Sent, "field">): string {
    return this.#commit(receiveSpqr(this.state, field));
  }

  get active(): ActiveSpqr {
    if (this.state.kind !== "active") throw new Error("no ratchet");
    return this.state;
  }

  get kind(): Braid["kind"] {
    return this.active.braid.kind;
  }

  /** A message of this side with some parts of it changed, and no key. */
  forge(change: { epoch?: bigint; index?: number; payload?: Payload }): Sent {
    const read = parseSpqrField(this.send().field);
    if (read.kind !== "version-1") throw new Error("not version 1");
    return { field: writeSpqrField({ ...read.message, ...change }), key: "" };
  }

  #commit(step: SpqrStep): string {
    const key = toHex(step.key);
    this.state = step.state;
    zeroise(step.key, ...step.erase);
    return key;
  }
}

export function spqrSides(seed: string, minimum: SpqrMinimum = "spqr"): { alice: SpqrSide; bob: SpqrSide } {
  const random = seededRandom(seed);
  const initialKey = random(32);
  return {
    alice: new SpqrSide(startSpqr(initialKey, "initiator", minimum), random),
    bob: new SpqrSide(startSpqr(initialKey, "responder", minimum), random),
  };
}

/** One message from each, both opened; the keys must agree. */
export function exchange(alice: SpqrSide, bob: SpqrSide): void {
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const sent = from.send();
    const key = to.open(sent);
    if (key !== sent.key) throw new Error("the sides disagree");
  }
}

/** Exchanges until `reached`; two sides that stand still end it with an error. */
export function exchangeUntil(alice: SpqrSide, bob: SpqrSide, reached: () => boolean): void {
  for (let count = 0; !reached(); count += 1) {
    if (count > 1000) throw new Error("never reached");
    exchange(alice, bob);
  }
}

export function storeSpqr(state: SpqrState): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeSpqr(writer, state);
  return writer.finish();
}

export function loadSpqr(bytes: Uint8Array): SpqrState {
  const reader = new ByteReader(bytes, "SESSION-002");
  const state = readSpqr(reader);
  if (reader.remaining > 0) throw new Error("trailing bytes");
  return state;
}
