import { equalBytes, zeroise } from "@cloister/bytes";
import { aesCbcDecrypt, aesCbcEncrypt, hmacSha256, type Random } from "@cloister/crypto";
import { type MessageKeys, messageKeys, stepChain, stepRoot } from "./kdf.ts";
import { checkCanonical, generateKeyPair, type KeyPair } from "./keys.ts";
import { MAX_RECEIVING_CHAINS_COUNT, MAX_UINT32 } from "./limits.ts";
import { chainSecrets, closeChain, newChain, type ReceivingChain, takeSeed } from "./receiving-chain.ts";
import { broken, demand } from "./rules.ts";
import { receiveSpqr, type SpqrState, sendSpqr, spqrSecrets } from "./spqr/index.ts";
import { MAC_BYTES, type SessionVersion, type SignalMessage, writeSignalMessage } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Where this side stands in the turn-taking of ratchet keys. `due`: the peer showed a new one, and the
 * next encryption answers with one of ours; there is no private key to steal meanwhile.
 */
export type SendingChain =
  | { readonly kind: "due"; readonly previousCounter: number }
  | {
      readonly kind: "open";
      readonly ratchetKeyPair: KeyPair;
      readonly chainKey: Bytes;
      readonly counter: number;
      readonly previousCounter: number;
    };

/** The Double Ratchet of one session. Values are never changed in place. */
export interface RatchetState {
  readonly rootKey: Bytes;
  readonly sending: SendingChain;
  /** Newest first, at most five; the first one's ratchet key is the peer's current one. */
  readonly receiving: readonly ReceivingChain[];
  readonly spqr: SpqrState;
}

/** What enters the MAC beside the message: its session's version, and identity keys (33 bytes each). */
export interface AssociatedData {
  readonly version: SessionVersion;
  readonly localIdentityKey: Uint8Array;
  readonly remoteIdentityKey: Uint8Array;
}

/** A step of the ratchet. Overwrite `erase` once `state` is stored, never before. */
export interface RatchetStep {
  readonly state: RatchetState;
  readonly erase: readonly Bytes[];
}

/** Encrypts one message (type 2). @throws BaseError `RATCHET-007`, `SPQR-007` */
export function ratchetEncrypt(
  state: RatchetState,
  input: { readonly plaintext: Uint8Array; readonly associated: AssociatedData; readonly random: Random },
): RatchetStep & { readonly bytes: Bytes } {
  const { rootKey, sending, erase } = openSending(state, input.random);
  demand(sending.counter <= MAX_UINT32, "RATCHET-007");
  const spqr = sendSpqr(state.spqr, input.random);
  const { seed, next } = stepChain(sending.chainKey);
  const keys = messageKeys(seed, spqr.key);
  const { version, localIdentityKey, remoteIdentityKey } = input.associated;
  const fields = {
    version,
    ratchetKey: sending.ratchetKeyPair.publicKey,
    counter: sending.counter,
    previousCounter: sending.previousCounter,
    ciphertext: aesCbcEncrypt({ key: keys.cipherKey, iv: keys.iv, plaintext: input.plaintext }),
    spqrField: spqr.field,
  };
  const bytes = writeSignalMessage(fields, MAC_BYTES);
  const authenticated = bytes.subarray(0, -MAC_BYTES);
  bytes.set(macOf(keys, localIdentityKey, remoteIdentityKey, authenticated), authenticated.length);
  wipe(keys, seed, spqr.key);
  const advanced = { ...sending, chainKey: next, counter: sending.counter + 1 };
  return {
    state: { ...state, rootKey, sending: advanced, spqr: spqr.state },
    bytes,
    erase: [...erase, sending.chainKey, ...spqr.erase],
  };
}

/** Takes the sending half of a DH ratchet step when one is due (Double Ratchet 3.5). */
function openSending(
  state: RatchetState,
  random: Random,
): { rootKey: Bytes; sending: SendingChain & { kind: "open" }; erase: Bytes[] } {
  const { sending, rootKey } = state;
  if (sending.kind === "open") return { rootKey, sending, erase: [] };
  const [current] = state.receiving;
  demand(current !== undefined, "SESSION-002");
  const ratchetKeyPair = generateKeyPair(random);
  const step = stepRoot({
    rootKey,
    privateKey: ratchetKeyPair.privateKey,
    publicKey: current.ratchetKey,
  });
  const { previousCounter } = sending;
  return {
    rootKey: step.rootKey,
    sending: { kind: "open", ratchetKeyPair, chainKey: step.chainKey, counter: 0, previousCounter },
    erase: [rootKey],
  };
}

/**
 * Decrypts one message. Nothing of `state` changes; a new one is returned when the message authenticated.
 * @throws BaseError `RATCHET-…`, `SPQR-…`, `KEY-003`, `KEY-004`, `PROTOCOL_VERSION`
 */
export function ratchetDecrypt(
  state: RatchetState,
  input: { readonly message: SignalMessage; readonly associated: AssociatedData },
): RatchetStep & { readonly plaintext: Bytes } {
  const { message, associated } = input;
  demand(message.version === associated.version, "PROTOCOL_VERSION");
  const held = findChain(state, message.ratchetKey);
  const turn = held ? { state, chain: held, erase: [] } : receiveRatchetKey(state, message.ratchetKey);
  const taken = takeSeed(turn.chain, message.counter);
  const spqr = receiveSpqr(state.spqr, message.spqrField);
  const keys = messageKeys(taken.seed, spqr.key);
  zeroise(taken.seed, spqr.key);
  const plaintext = open(keys, message, associated);
  wipe(keys);
  // Authentic from here on; the previous counter may be trusted now.
  const rest = held
    ? { receiving: state.receiving.map((chain) => (chain === held ? taken.chain : chain)), erase: [] }
    : pushChain(state.receiving, taken.chain, message.previousCounter);
  return {
    state: { ...turn.state, receiving: rest.receiving, spqr: spqr.state },
    plaintext,
    erase: [...turn.erase, ...taken.erase, ...rest.erase, ...spqr.erase],
  };
}

/** Every secret in a state, to overwrite when its session is given up. */
export function ratchetSecrets({ rootKey, sending, receiving, spqr }: RatchetState): Bytes[] {
  const own = sending.kind === "open" ? [sending.chainKey, sending.ratchetKeyPair.privateKey] : [];
  return [rootKey, ...own, ...receiving.flatMap(chainSecrets), ...spqrSecrets(spqr)];
}

/** The chain of a ratchet key that the peer used before. */
export function findChain(state: RatchetState, ratchetKey: Uint8Array): ReceivingChain | undefined {
  return state.receiving.find((chain) => equalBytes(chain.ratchetKey, ratchetKey));
}

/** The receiving half of a DH ratchet step: a fresh chain, and our own answer due. */
function receiveRatchetKey(state: RatchetState, ratchetKey: Bytes): RatchetStep & { chain: ReceivingChain } {
  const { sending, rootKey } = state;
  demand(sending.kind === "open", "RATCHET-006");
  checkCanonical(ratchetKey);
  const { privateKey } = sending.ratchetKeyPair;
  const step = stepRoot({ rootKey, privateKey, publicKey: ratchetKey });
  // Signal's count of the chain: one less than were sent, and 0 for none.
  const previousCounter = Math.max(0, sending.counter - 1);
  return {
    state: { ...state, rootKey: step.rootKey, sending: { kind: "due", previousCounter } },
    chain: newChain(ratchetKey, step.chainKey),
    erase: [rootKey, privateKey, sending.chainKey],
  };
}

/** Puts a new chain in front, ends the one behind it and lets go of those beyond the fifth. */
function pushChain(
  receiving: readonly ReceivingChain[],
  fresh: ReceivingChain,
  previousCounter: number,
): { receiving: ReceivingChain[]; erase: Bytes[] } {
  const [current, ...older] = receiving;
  if (!current) return { receiving: [fresh], erase: [] };
  const closed = closeChain(current, previousCounter);
  const chains = [fresh, closed.chain, ...older];
  const gone = chains.splice(MAX_RECEIVING_CHAINS_COUNT);
  return { receiving: chains, erase: [...closed.erase, ...gone.flatMap(chainSecrets)] };
}

/** Verifies, then decrypts. A failure before the MAC was checked says nothing but that it failed. */
function open(keys: MessageKeys, message: SignalMessage, associated: AssociatedData): Bytes {
  const { localIdentityKey, remoteIdentityKey } = associated;
  const mac = macOf(keys, remoteIdentityKey, localIdentityKey, message.authenticated);
  if (!equalBytes(mac, message.mac)) {
    wipe(keys);
    throw broken("RATCHET-001");
  }
  try {
    return aesCbcDecrypt({ key: keys.cipherKey, iv: keys.iv, ciphertext: message.ciphertext });
  } catch (cause) {
    wipe(keys);
    throw broken("RATCHET-008", cause);
  }
}

function macOf(keys: MessageKeys, ...parts: readonly Uint8Array[]): Bytes {
  return hmacSha256(keys.macKey, ...parts).slice(0, MAC_BYTES);
}

function wipe(keys: MessageKeys, ...more: readonly Bytes[]): void {
  zeroise(keys.cipherKey, keys.macKey, keys.iv, ...more);
}
