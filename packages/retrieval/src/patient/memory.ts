import { type BaseError, isBaseError, zeroise } from "@cloister/bytes";
import { PatientPassage } from "./passage.ts";
import {
  decodeShard,
  decodeTurns,
  encodeShard,
  encodeTurns,
  type MemoryRef,
  type Remembered,
  remember,
  type SealedShard,
  shardContext,
} from "./shard.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Names the data key of one shard and epoch, as `Keyring` of `@cloister/keys` does. */
interface ShardKeyScope {
  readonly tenant: string;
  readonly conversation: string;
  readonly epoch: number;
  readonly version: number;
}

/** Seals and opens, bound to scope and associated data; `Keyring` of `@cloister/keys` is one. */
export interface ShardSealer {
  seal(input: {
    readonly scope: ShardKeyScope;
    readonly plaintext: Uint8Array;
    readonly associatedData: Uint8Array;
  }): Promise<Bytes>;
  open(input: {
    readonly envelope: Uint8Array;
    readonly conversation: Pick<ShardKeyScope, "tenant" | "conversation">;
    readonly associatedData: Uint8Array;
  }): Promise<Bytes>;
}

/** Where sealed shards rest. A write replaces as a whole and is durable when it returns. */
export interface ShardStore {
  read(ref: MemoryRef): Promise<Uint8Array | undefined>;
  write(ref: MemoryRef, shard: Uint8Array): Promise<void>;
  remove(ref: MemoryRef): Promise<void>;
  /** Every shard of a tenant, in any order. */
  list(tenant: string): AsyncIterable<MemoryRef>;
}

/** Destroys the keys of a shard wherever they are copied; durable when it returns. */
export type ShredShardKeys = (keys: {
  readonly tenant: string;
  readonly conversation: string;
}) => Promise<void>;

/** What a memory is made of. */
export interface MemoryPorts {
  readonly sealer: ShardSealer;
  readonly store: ShardStore;
  readonly shred: ShredShardKeys;
  /** Whether the patient's consent to being remembered there stands now. */
  readonly mayKeep: (ref: MemoryRef) => Promise<boolean>;
  /** A random id of 1 to 64 letters, digits, - and _. */
  readonly freshId: () => string;
  readonly nowMs: () => number;
}

/** A data key seals the writes of about a quarter of a year. */
const epochMs = 90 * 86_400_000;
/** UTF-16 units of a question or an answer that are shown again; an answer's sentence holds 2,000 bytes. */
const maxLineLength = 500;

/**
 * The patient's own history, sealed by shard: one patient's, in one conversation, under keys of its own. It is
 * opened for one turn; bytes in the clear are overwritten before the call returns. Nothing is computed across
 * shards, and search statistics are made anew each time and kept nowhere.
 */
export class PatientMemory {
  readonly #ports: MemoryPorts;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(ports: MemoryPorts) {
    this.#ports = ports;
  }

  /**
   * What was said before in this conversation, oldest first; nothing without consent.
   * @throws BaseError `MEMORY_FORMAT`, and what the key store and the store throw
   */
  recall(ref: MemoryRef): Promise<readonly PatientPassage[]> {
    return this.#inTurn(ref, async () => {
      if (!(await this.#ports.mayKeep(ref))) return [];
      const { turns } = await this.#open(ref);
      return turns.map((turn) => passageOf(ref, turn));
    });
  }

  /** Keeps one turn if consent stands; the whole shard is sealed anew and replaced at once. Throws as {@link recall}. */
  keep(ref: MemoryRef, turn: Omit<Remembered, "atMs">): Promise<void> {
    return this.#inTurn(ref, async () => {
      const { sealer, store, freshId, nowMs, mayKeep } = this.#ports;
      if (!(await mayKeep(ref))) return;
      const { turns, keys = freshId() } = await this.#open(ref);
      const atMs = nowMs();
      const plaintext = encodeTurns(remember(turns, { ...turn, atMs }));
      try {
        const envelope = await sealer.seal({
          scope: { tenant: ref.tenant, conversation: keys, epoch: Math.floor(atMs / epochMs), version: 1 },
          plaintext,
          associatedData: shardContext(ref),
        });
        await store.write(ref, encodeShard({ keys, envelope }));
      } finally {
        zeroise(plaintext);
      }
    });
  }

  /** Destroys the keys, then takes the shard away. A crash in between leaves a shard that a second call removes. */
  forget(ref: MemoryRef): Promise<void> {
    return this.#inTurn(ref, async () => {
      const { shred, store } = this.#ports;
      const shard = await this.#read(ref);
      if (shard === undefined) return;
      await shred({ tenant: ref.tenant, conversation: shard.keys });
      await store.remove(ref);
    });
  }

  /**
   * Forgets every shard of a tenant for which consent does not stand. Call it at every start and whenever
   * consent may have changed. One that cannot be forgotten, because it is held say, keeps no other from it.
   * @returns the typed errors that there were
   */
  async sweep(tenant: string): Promise<readonly BaseError[]> {
    const errors: BaseError[] = [];
    for await (const ref of this.#ports.store.list(tenant)) {
      if (await this.#ports.mayKeep(ref)) continue;
      await this.forget(ref).catch((error: unknown) => {
        if (!isBaseError(error)) throw error;
        errors.push(error);
      });
    }
    return errors;
  }

  /** One after another for each shard: of two turns at once neither loses what the other kept. */
  async #inTurn<T>(ref: MemoryRef, act: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([ref.tenant, ref.patient, ref.conversation]);
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(act, act);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }

  async #read(ref: MemoryRef): Promise<SealedShard | undefined> {
    const bytes = await this.#ports.store.read(ref);
    return bytes && decodeShard(bytes);
  }

  /** A shard whose keys were destroyed holds nothing, and what follows gets other keys. */
  async #open(ref: MemoryRef): Promise<{ readonly turns: readonly Remembered[]; readonly keys?: string }> {
    const shard = await this.#read(ref);
    if (shard === undefined) return { turns: [] };
    const { keys, envelope } = shard;
    const conversation = { tenant: ref.tenant, conversation: keys };
    const associatedData = shardContext(ref);
    try {
      const plaintext = await this.#ports.sealer.open({ envelope, conversation, associatedData });
      try {
        return { turns: decodeTurns(plaintext), keys };
      } finally {
        zeroise(plaintext);
      }
    } catch (error) {
      if (isBaseError(error, "KEY_SHREDDED")) return { turns: [] };
      throw error;
    }
  }
}

function passageOf({ patient }: MemoryRef, { id, atMs, question, answer }: Remembered): PatientPassage {
  const day = new Date(atMs).toISOString().slice(0, 10);
  const oneLine = (text: string) => {
    const line = text.replace(/\s+/g, " ").trim();
    return line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line;
  };
  return new PatientPassage({
    patient,
    source: "memory",
    id: `memory:${id}`,
    title: `Your earlier question, ${day}`,
    text: `You asked: ${oneLine(question)}\nThe answer was: ${oneLine(answer)}`,
    keywords: "earlier before last time asked told",
  });
}
