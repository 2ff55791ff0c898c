/** The receiving side of sender keys: what one sender device's keys for one distribution id open here. */
import { equalBytes, zeroise } from "@cloister/bytes";
import { aesCbcDecrypt, xeddsaVerify } from "@cloister/crypto";
import { HeldKeys } from "../held-keys.ts";
import { checkPublicKey, rawPublicKey } from "../keys.ts";
import { chainSecrets, type SeedChain, takeSeed } from "../receiving-chain.ts";
import { broken, demand } from "../rules.ts";
import { groupMessageKeys } from "./sender-key.ts";
import {
  DISTRIBUTION_ID_BYTES,
  readDistribution,
  readSenderKeyMessage,
  type SenderKeyMessage,
  type UnverifiedGroupMessage,
} from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Keys kept of one sender and distribution id. */
export const MAX_SENDER_KEY_STATES_COUNT = 5;

/** A symmetric ratchet whose end nobody declares. */
export type OpenChain = SeedChain & { readonly chainKey: Bytes };

/** One key of the sender. */
export interface SenderKeyState {
  readonly chainId: number;
  /** Where the distribution began; older messages were never meant for this device. */
  readonly firstIteration: number;
  readonly signingKey: Bytes;
  readonly chain: OpenChain;
}

/** All keys of one sender device for one distribution id, newest first, at most five. */
export interface SenderKeyRecord {
  readonly distributionId: Bytes;
  readonly states: readonly SenderKeyState[];
}

/** A new record, and the secrets to overwrite once it is stored. */
export interface SenderKeyRecordStep {
  readonly record: SenderKeyRecord;
  readonly erase: readonly Bytes[];
}

/** The record of a sender never heard of. @throws BaseError `WIRE-004` unless the id has 16 bytes */
export function emptySenderKeyRecord(distributionId: Bytes): SenderKeyRecord {
  demand(distributionId.length === DISTRIBUTION_ID_BYTES, "WIRE-004");
  return { distributionId, states: [] };
}

/** The distribution id in a distribution, so that the caller can load the record. @throws BaseError `GROUP-001`, `WIRE-…` */
export function inspectDistribution(bytes: Uint8Array): Bytes {
  return readDistribution(bytes).distributionId;
}

/** What a group message names, so that the caller can load the record. @throws BaseError `GROUP-001`, `WIRE-…` */
export function inspectGroupMessage(bytes: Uint8Array): UnverifiedGroupMessage {
  const { distributionId, chainId, iteration } = readSenderKeyMessage(bytes);
  return { distributionId, chainId, iteration };
}

/**
 * Takes in a distribution that its sender sent through a session. One whose chain and signing key are
 * held changes nothing, so that repeating it cannot reopen used messages.
 * @throws BaseError `GROUP-001`, `GROUP-004`, `KEY-003`, `KEY-004`, `WIRE-…`
 */
export function acceptDistribution(record: SenderKeyRecord, bytes: Uint8Array): SenderKeyRecordStep {
  const { distributionId, chainId, iteration, chainKey, signingKey } = readDistribution(bytes);
  demand(equalBytes(distributionId, record.distributionId), "GROUP-004");
  checkPublicKey(signingKey);
  const sameChain = record.states.find((state) => state.chainId === chainId);
  if (sameChain && equalBytes(sameChain.signingKey, signingKey)) return { record, erase: [chainKey] };
  const chain = { chainKey, counter: iteration, skipped: HeldKeys.none, forgottenBelow: 0 };
  const others = record.states.filter((state) => state !== sameChain);
  const states = [{ chainId, firstIteration: iteration, signingKey, chain }, ...others];
  const gone = [...states.splice(MAX_SENDER_KEY_STATES_COUNT), ...(sameChain ? [sameChain] : [])];
  return { record: { ...record, states }, erase: gone.flatMap((state) => chainSecrets(state.chain)) };
}

/**
 * Opens a group message of the record's sender. Its signature is verified before anything is derived.
 * `bytes` is attacker-controlled.
 * @throws BaseError `GROUP-…`, `WIRE-…`; `RATCHET-003` for a duplicate, `RATCHET-002` (too far ahead),
 * `RATCHET-004` (key given up), `RATCHET-008`
 */
export function decryptFromGroup(
  record: SenderKeyRecord,
  bytes: Uint8Array,
): SenderKeyRecordStep & { readonly plaintext: Bytes } {
  const message = readSenderKeyMessage(bytes);
  demand(equalBytes(message.distributionId, record.distributionId), "GROUP-004");
  const held = record.states.find((state) => state.chainId === message.chainId);
  demand(held !== undefined, "GROUP-002");
  verify(held, message);
  demand(message.iteration >= held.firstIteration, "GROUP-005");
  const { chain, seed, erase } = takeSeed(held.chain, message.iteration);
  const plaintext = open(seed, message);
  const states = record.states.map((state) => (state === held ? { ...held, chain } : state));
  return { record: { ...record, states }, plaintext, erase };
}

function verify(state: SenderKeyState, { signed, signature }: SenderKeyMessage): void {
  const publicKey = rawPublicKey(state.signingKey);
  demand(xeddsaVerify({ publicKey, message: signed, signature }), "GROUP-003");
}

function open(seed: Bytes, { ciphertext }: SenderKeyMessage): Bytes {
  const keys = groupMessageKeys(seed);
  try {
    return aesCbcDecrypt({ ...keys, ciphertext });
  } catch (cause) {
    throw broken("RATCHET-008", cause);
  } finally {
    zeroise(seed, keys.key, keys.iv);
  }
}
