import { isBaseError, zeroise } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { openEnvelope, readEnvelope, sealEnvelope } from "./envelope.ts";
import type { KeyProvider } from "./port.ts";
import { demand, keyError } from "./rules.ts";
import { type ConversationRef, checkScope, type KeyScope } from "./scope.ts";
import { readShred } from "./shredding.ts";
import type { Journal, WrappedKeyStore } from "./store.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a keyring is made of. */
export interface KeyringPorts {
  readonly provider: KeyProvider;
  readonly store: WrappedKeyStore;
  readonly journal: Journal;
  readonly random: Random;
}

/**
 * Seals and opens what an organisation's own endpoints hold: agent memory, the encrypted audit tier,
 * backups. Never a key to people's conversations. A data key is in memory for one call.
 */
export class Keyring {
  readonly #ports: KeyringPorts;

  constructor(ports: KeyringPorts) {
    this.#ports = ports;
  }

  /** Seals a record; makes the scope's data key at first use. @throws BaseError `KEY_SHREDDED` */
  async seal(input: {
    readonly scope: KeyScope;
    readonly plaintext: Uint8Array;
    readonly associatedData: Uint8Array;
  }): Promise<Bytes> {
    const key = await this.#keyOf(input.scope, { make: true });
    try {
      return sealEnvelope({ ...input, key, random: this.#ports.random });
    } finally {
      zeroise(key);
    }
  }

  /**
   * Opens a record of this conversation.
   * @throws BaseError `ENVELOPE_FORMAT`, `ENVELOPE_SCOPE`, `ENVELOPE_OPEN`, `KEY_MISSING`, `KEY_SHREDDED`
   */
  async open(input: {
    readonly envelope: Uint8Array;
    readonly conversation: ConversationRef;
    readonly associatedData: Uint8Array;
  }): Promise<Bytes> {
    const envelope = readEnvelope(input.envelope, input.conversation);
    const key = await this.#keyOf(envelope.scope, { make: false });
    try {
      return openEnvelope(envelope, { key, associatedData: input.associatedData });
    } finally {
      zeroise(key);
    }
  }

  async #keyOf(scope: KeyScope, { make }: { readonly make: boolean }): Promise<Bytes> {
    checkScope(scope);
    const { provider, store, journal } = this.#ports;
    const shred = await readShred(journal, scope);
    demand(shred === undefined || shred.stage === "requested", "KEY_SHREDDED");
    const record = await store.get(scope);
    if (record) return provider.unwrap(record.wrapped, scope);
    if (!make) throw keyError("KEY_MISSING", { detail: "the scope has no data key" });
    const { key, wrapped } = await provider.dataKey(scope);
    try {
      await store.create({ scope, wrapped });
      return key;
    } catch (error) {
      zeroise(key);
      // Another process made it first; its key is the one to use.
      if (isBaseError(error, "RECORD_CHANGED")) return this.#keyOf(scope, { make: false });
      throw error;
    }
  }
}
