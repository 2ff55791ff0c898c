import { BaseError, concatBytes, equalBytes, zeroise } from "@cloister/bytes";
import {
  aesGcmOpen,
  aesGcmSeal,
  ed25519KeyPair,
  ed25519Sign,
  ed25519Verify,
  isCanonicalX25519,
  type Random,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
} from "@cloister/crypto";
import {
  advertisedBytes,
  byNode,
  commitSeed,
  pairMaskKey,
  parcelSealingKey,
  seedMaskKey,
  survivorBytes,
} from "./keys.ts";
import { applyMask } from "./mask.ts";
import type { Advertisement, MaskedUpdate, Parcel, SurvivorSignature, Unmasking } from "./messages.ts";
import { type AggregationPlan, checkPlan, planDigest } from "./plan.ts";
import { splitSecret } from "./shamir.ts";

type Phase = "advertise" | "share" | "mask" | "confirm" | "unmask" | "over";

const secretBytes = 32;
/** Each parcel key seals one parcel. */
const parcelNonce = new Uint8Array(12);
/** To try public keys with; no secret. */
const anyPrivateKey = new Uint8Array(32).fill(64);

/**
 * A hospital's side of one secure sum (Bonawitz et al., CCS 2017, protocol 4: active adversaries). Each step
 * can be taken once: whoever asks twice, for two survivor sets say, gets an error. What is checked here does
 * not rely on the coordinator. Any error ends the round; what was sent so far opens nothing.
 */
export class AggregationMember {
  readonly #plan: AggregationPlan;
  readonly #digest: Uint8Array;
  readonly #node: number;
  readonly #identity: Uint8Array;
  readonly #random: Random;
  readonly #parcelKeys: X25519KeyPair;
  readonly #maskKeys: X25519KeyPair;
  readonly #seed: Uint8Array;
  #phase: Phase = "advertise";
  #peers: readonly Advertisement[] = [];
  #shares = new Map<number, Uint8Array>();
  #survivors: readonly number[] = [];

  /**
   * @param input.identity the Ed25519 seed of the identity that the plan names; not kept longer than the round
   * @throws BaseError `AGGREGATION_PLAN`
   */
  constructor(input: {
    readonly plan: AggregationPlan;
    readonly node: number;
    readonly identity: Uint8Array;
    readonly random: Random;
  }) {
    checkPlan(input.plan);
    const own = input.plan.members.find(({ node }) => node === input.node);
    if (!own || !equalBytes(own.identityKey, ed25519KeyPair(input.identity).publicKey))
      throw new BaseError(
        "Policy",
        "AGGREGATION_PLAN",
        "the plan does not name this member; take no part in it",
      );
    this.#plan = input.plan;
    this.#digest = planDigest(input.plan);
    this.#node = input.node;
    this.#identity = Uint8Array.from(input.identity);
    this.#random = input.random;
    this.#parcelKeys = x25519KeyPair(input.random);
    this.#maskKeys = x25519KeyPair(input.random);
    this.#seed = input.random(secretBytes);
  }

  /** Step 1: this round's keys. */
  advertise(): Advertisement {
    return this.#step(["advertise", "share"], () => this.#keys());
  }

  #keys(): Advertisement {
    const entry = {
      node: this.#node,
      parcelKey: this.#parcelKeys.publicKey,
      maskKey: this.#maskKeys.publicKey,
      seedCommitment: commitSeed(this.#digest, this.#seed),
    };
    return { ...entry, signature: ed25519Sign(this.#identity, advertisedBytes(this.#digest, entry)) };
  }

  /**
   * Step 2: shares of this member's secrets for everybody else who advertised.
   * @throws BaseError `AGGREGATION_KEYS`, `AGGREGATION_COHORT`
   */
  share(advertisements: readonly Advertisement[]): readonly Parcel[] {
    return this.#step(["share", "mask"], () => this.#sealShares(advertisements));
  }

  #sealShares(advertisements: readonly Advertisement[]): readonly Parcel[] {
    checkAdvertisements(this.#plan, advertisements);
    const own = advertisements.find(({ node }) => node === this.#node);
    if (!own || !equalBytes(own.maskKey, this.#maskKeys.publicKey)) throw substituted();
    this.#peers = byNode(advertisements);
    const { thresholdCount } = this.#plan;
    const nodes = this.#peers.map(({ node }) => node);
    const common = { nodes, thresholdCount, random: this.#random };
    const seedShares = splitSecret({ ...common, secret: this.#seed });
    const keyShares = splitSecret({ ...common, secret: this.#maskKeys.privateKey });
    const parcels = this.#peers.flatMap((peer, index) => {
      const pair = concatBytes(
        seedShares[index]?.bytes ?? new Uint8Array(),
        keyShares[index]?.bytes ?? new Uint8Array(),
      );
      if (peer.node !== this.#node) return [this.#seal(peer, pair)];
      this.#shares.set(peer.node, pair);
      return [];
    });
    zeroise(...[...seedShares, ...keyShares].map(({ bytes }) => bytes));
    return parcels;
  }

  #seal(peer: Advertisement, plaintext: Uint8Array): Parcel {
    const address = { from: this.#node, to: peer.node };
    const { privateKey } = this.#parcelKeys;
    const key = parcelSealingKey(this.#digest, { ...address, privateKey, publicKey: peer.parcelKey });
    const associatedData = concatBytes(this.#digest, Uint8Array.of(address.from, address.to));
    const sealed = aesGcmSeal({ key, nonce: parcelNonce, plaintext, associatedData });
    zeroise(key, plaintext);
    return { ...address, sealed };
  }

  /**
   * Step 3: the update under its masks. `parcels` are those that others sent to this member; who sent none
   * is out of the round.
   * @param values as many as the plan's dimension; added modulo 2^32
   * @throws BaseError `AGGREGATION_COHORT`, `AGGREGATION_PARCEL`, `AGGREGATION_DIMENSION`, `AGGREGATION_RANGE`
   */
  mask(values: Int32Array, parcels: readonly Parcel[]): MaskedUpdate {
    return this.#step(["mask", "confirm"], () => this.#maskedUpdate(values, parcels));
  }

  #maskedUpdate(values: Int32Array, parcels: readonly Parcel[]): MaskedUpdate {
    checkValues(this.#plan, values);
    for (const parcel of parcels) this.#open(parcel);
    if (this.#shares.size < this.#plan.thresholdCount) throw tooFew();
    const masked = new Uint32Array(values);
    const ownMask = seedMaskKey(this.#digest, this.#seed);
    applyMask(masked, ownMask, 1);
    zeroise(ownMask);
    for (const { node, maskKey } of this.#peers) {
      if (node === this.#node || !this.#shares.has(node)) continue;
      const { privateKey } = this.#maskKeys;
      const pair = { from: this.#node, to: node, privateKey, publicKey: maskKey };
      const key = pairMaskKey(this.#digest, pair);
      applyMask(masked, key, this.#node < node ? 1 : -1);
      zeroise(key);
    }
    return { from: this.#node, values: masked };
  }

  #open({ from, to, sealed }: Parcel): void {
    const peer = this.#peers.find(({ node }) => node === from);
    if (!peer || to !== this.#node || this.#shares.has(from)) throw wrongParcel();
    const { privateKey } = this.#parcelKeys;
    const key = parcelSealingKey(this.#digest, { from, to, privateKey, publicKey: peer.parcelKey });
    const associatedData = concatBytes(this.#digest, Uint8Array.of(from, to));
    try {
      this.#shares.set(from, aesGcmOpen({ key, nonce: parcelNonce, ciphertext: sealed, associatedData }));
    } catch {
      throw wrongParcel();
    } finally {
      zeroise(key);
    }
  }

  /**
   * Step 4: signs who is in the sum. Only the first set that is asked for.
   * @throws BaseError `AGGREGATION_COHORT`
   */
  confirm(survivors: readonly number[]): SurvivorSignature {
    return this.#step(["confirm", "unmask"], () => this.#signSurvivors(survivors));
  }

  #signSurvivors(survivors: readonly number[]): SurvivorSignature {
    const known = new Set(survivors);
    if (known.size < survivors.length || !survivors.every((node) => this.#shares.has(node))) throw tooFew();
    if (!known.has(this.#node) || known.size < this.#plan.thresholdCount) throw tooFew();
    this.#survivors = [...survivors];
    return { from: this.#node, signature: ed25519Sign(this.#identity, this.#survivorBytes()) };
  }

  /**
   * Step 5: the shares that take the masks off, once enough members signed the very same survivors. Of each
   * node one share leaves here, never both.
   * @throws BaseError `AGGREGATION_SURVIVORS`
   */
  unmask(signatures: readonly SurvivorSignature[]): Unmasking {
    return this.#step(["unmask", "over"], () => this.#openShares(signatures));
  }

  #openShares(signatures: readonly SurvivorSignature[]): Unmasking {
    const message = this.#survivorBytes();
    const signers = new Set(
      signatures.flatMap(({ from, signature }) => {
        const member = this.#plan.members.find(({ node }) => node === from);
        const isOf = this.#survivors.includes(from) && member !== undefined;
        return isOf && ed25519Verify({ publicKey: member.identityKey, message, signature }) ? [from] : [];
      }),
    );
    if (signers.size < this.#plan.thresholdCount) throw unconfirmed();
    const survived = new Set(this.#survivors);
    const parts = (isSurvivor: boolean) =>
      [...this.#shares]
        .filter(([node]) => survived.has(node) === isSurvivor)
        .map(([node, pair]) => ({
          node,
          bytes: isSurvivor ? pair.slice(0, secretBytes) : pair.slice(secretBytes),
        }));
    const out = { from: this.#node, seedShares: parts(true), keyShares: parts(false) };
    this.#erase();
    return out;
  }

  /** Ends the round here, whatever its state; secrets are overwritten. */
  leave(): void {
    this.#phase = "over";
    this.#erase();
  }

  #survivorBytes(): Uint8Array {
    return survivorBytes(this.#digest, this.#peers, this.#survivors);
  }

  #step<Output>([expected, next]: readonly [Phase, Phase], take: () => Output): Output {
    if (this.#phase !== expected)
      throw new BaseError(
        "Conflict",
        "AGGREGATION_PHASE",
        "this step was taken already or its turn has not come",
      );
    this.#phase = next;
    try {
      return take();
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  #erase(): void {
    zeroise(this.#identity, this.#seed, this.#parcelKeys.privateKey, this.#maskKeys.privateKey);
    zeroise(...this.#shares.values());
    this.#shares.clear();
  }
}

/**
 * Whether advertised keys are those of enrolled members, each once, and enough of them. Both sides ask it.
 * @throws BaseError `AGGREGATION_KEYS`, `AGGREGATION_COHORT`
 */
export function checkAdvertisements(plan: AggregationPlan, entries: readonly Advertisement[]): void {
  for (const entry of entries) checkAdvertisement(plan, entry);
  const nodes = new Set(entries.map(({ node }) => node));
  if (nodes.size < entries.length) throw substituted();
  if (nodes.size < plan.thresholdCount) throw tooFew();
}

/**
 * Whether keys are signed for this plan by the member they are said to be of, and can be agreed with.
 * @throws BaseError `AGGREGATION_KEYS`
 */
export function checkAdvertisement(plan: AggregationPlan, entry: Advertisement): void {
  const { signature, parcelKey, maskKey } = entry;
  const publicKey = plan.members.find(({ node }) => node === entry.node)?.identityKey;
  const message = advertisedBytes(planDigest(plan), entry);
  const isSigned = publicKey !== undefined && ed25519Verify({ publicKey, message, signature });
  if (!isSigned || !isAgreeable(parcelKey) || !isAgreeable(maskKey)) throw substituted();
}

/** Not one of the few keys with which every agreement fails. */
function isAgreeable(publicKey: Uint8Array): boolean {
  try {
    zeroise(x25519(anyPrivateKey, publicKey));
    return isCanonicalX25519(publicKey);
  } catch {
    return false;
  }
}

/** @throws BaseError `AGGREGATION_DIMENSION`, `AGGREGATION_RANGE`: what would overflow is refused, not wrapped */
function checkValues({ dimension, maxAbs }: AggregationPlan, values: Int32Array): void {
  if (values.length !== dimension)
    throw new BaseError("Usage", "AGGREGATION_DIMENSION", "give as many values as the plan says");
  if (values.some((value) => value > maxAbs || value < -maxAbs))
    throw new BaseError(
      "Usage",
      "AGGREGATION_RANGE",
      "a value is larger than the plan allows; clip it before",
    );
}

function substituted(): BaseError {
  return new BaseError(
    "Verification",
    "AGGREGATION_KEYS",
    "a key is not signed by the member it is said to be of, for this plan; end the round",
  );
}

function tooFew(): BaseError {
  return new BaseError(
    "Policy",
    "AGGREGATION_COHORT",
    "too few members remain, or others than took part; end the round",
  );
}

function wrongParcel(): BaseError {
  return new BaseError(
    "Verification",
    "AGGREGATION_PARCEL",
    "a parcel is not from its sender; end the round",
  );
}

function unconfirmed(): BaseError {
  return new BaseError(
    "Verification",
    "AGGREGATION_SURVIVORS",
    "too few members signed the same survivors; the coordinator may have shown different ones; end the round",
  );
}
