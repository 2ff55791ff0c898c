/**
 * The sending side of Signal's sender keys: one symmetric ratchet and one signing key for a whole group.
 * A sender key does not heal by itself; share a new one from time to time.
 */
import { concatBytes, readUint32, zeroise } from "@cloister/bytes";
import { aesCbcEncrypt, hkdfSha256Keys, type Random, xeddsaSign } from "@cloister/crypto";
import { stepChain } from "../kdf.ts";
import { generateKeyPair, type KeyPair } from "../keys.ts";
import { MAX_UINT32 } from "../limits.ts";
import { demand } from "../rules.ts";
import {
  CHAIN_KEY_BYTES,
  DISTRIBUTION_ID_BYTES,
  MAX_CHAIN_ID,
  writeDistribution,
  writeSenderKeyMessage,
} from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NO_SALT = new Uint8Array();
/** Member devices of one group. */
export const MAX_MEMBERS_COUNT = 1000;
/** Characters in the name of a member device. */
const MAX_MEMBER_CHARACTERS = 128;

/** This device's own key for one group. */
export interface SenderKey {
  /** Names what the key is for, usually a group; 16 bytes. */
  readonly distributionId: Bytes;
  readonly chainId: number;
  /** The counter of the next message. */
  readonly iteration: number;
  readonly chainKey: Bytes;
  readonly signingKeyPair: KeyPair;
  /** The devices that were given this key. */
  readonly members: readonly string[];
}

/** A new sender key state, and the secrets to overwrite once it is stored. */
export interface SenderKeyStep {
  readonly senderKey: SenderKey;
  readonly erase: readonly Bytes[];
}

/**
 * Brings a sender key in line with who is in the group. A device that left makes it a new key, which every
 * member must get; a device that joined gets the present one, which opens nothing sent before.
 *
 * `members` are the other devices, each under a name that changes when the device is installed anew (such
 * as account, device and registration id). Without `senderKey`, or to renew one, a new key is made. Store
 * the new state and, in the same transaction, `distribution` encrypted to each of `recipients`.
 * @throws BaseError `GROUP-007`, `WIRE-004` for a distribution id that is not 16 bytes
 */
export function shareSenderKey(input: {
  readonly distributionId: Bytes;
  readonly members: readonly string[];
  readonly random: Random;
  readonly senderKey?: SenderKey;
}): SenderKeyStep & { readonly distribution: Bytes; readonly recipients: readonly string[] } {
  const { random, senderKey: held } = input;
  const members = checkMembers(input.members);
  const known = new Set(held?.members);
  const stays = held !== undefined && held.members.every((member) => members.includes(member));
  const senderKey = stays ? { ...held, members } : newSenderKey(input.distributionId, members, random);
  return {
    senderKey,
    distribution: writeDistribution({ ...senderKey, signingKey: senderKey.signingKeyPair.publicKey }),
    recipients: stays ? members.filter((member) => !known.has(member)) : members,
    erase: held && !stays ? [held.chainKey, held.signingKeyPair.privateKey] : [],
  };
}

/**
 * Encrypts one message to the group. Store the new state before it leaves, else a crash could reuse its key.
 * @throws BaseError `GROUP-006` when the chain is used up
 */
export function encryptToGroup(
  senderKey: SenderKey,
  plaintext: Uint8Array,
  random: Random,
): SenderKeyStep & { readonly message: Bytes } {
  const { chainKey, iteration, signingKeyPair } = senderKey;
  demand(iteration <= MAX_UINT32, "GROUP-006");
  const { seed, next } = stepChain(chainKey);
  const keys = groupMessageKeys(seed);
  const signed = writeSenderKeyMessage({ ...senderKey, ciphertext: aesCbcEncrypt({ ...keys, plaintext }) });
  zeroise(seed, keys.key, keys.iv);
  const signature = xeddsaSign({ privateKey: signingKeyPair.privateKey, message: signed, random });
  return {
    senderKey: { ...senderKey, chainKey: next, iteration: iteration + 1 },
    message: concatBytes(signed, signature),
    erase: [chainKey],
  };
}

/** What encrypts one group message: a 16-byte iv and a 32-byte key. Used once, then overwritten. */
export function groupMessageKeys(seed: Uint8Array): { readonly iv: Bytes; readonly key: Bytes } {
  const source = { ikm: seed, salt: NO_SALT, info: "WhisperGroup" };
  const [iv, key] = hkdfSha256Keys({ ...source, lengths: [16, 32] });
  return { iv, key };
}

function newSenderKey(distributionId: Bytes, members: readonly string[], random: Random): SenderKey {
  demand(distributionId.length === DISTRIBUTION_ID_BYTES, "WIRE-004");
  const chainKey = random(CHAIN_KEY_BYTES);
  demand(chainKey.length === CHAIN_KEY_BYTES, "KEY-001");
  const chainId = readUint32(random(4)) & MAX_CHAIN_ID;
  return {
    distributionId,
    chainId,
    iteration: 0,
    chainKey,
    signingKeyPair: generateKeyPair(random),
    members,
  };
}

/** A copy of a list of member devices. @throws BaseError `GROUP-007` */
export function checkMembers(members: readonly string[]): readonly string[] {
  const named = members.every((member) => member.length > 0 && member.length <= MAX_MEMBER_CHARACTERS);
  const counted = members.length > 0 && members.length <= MAX_MEMBERS_COUNT;
  demand(named && counted && new Set(members).size === members.length, "GROUP-007");
  return [...members];
}
