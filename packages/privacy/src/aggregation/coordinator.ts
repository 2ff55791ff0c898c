import { BaseError, equalBytes } from "@cloister/bytes";
import { ed25519Verify, x25519PublicKey } from "@cloister/crypto";
import { commitSeed, pairMaskKey, seedMaskKey, survivorBytes } from "./keys.ts";
import { applyMask } from "./mask.ts";
import { checkAdvertisements } from "./member.ts";
import type { Advertisement, MaskedUpdate, Parcel, SurvivorSignature, Unmasking } from "./messages.ts";
import { type AggregationPlan, checkPlan, planDigest } from "./plan.ts";
import { recoverSecret } from "./recover.ts";

/** What comes out: of the members' updates the sum, and nothing about one of them. */
export interface AggregatedSum {
  /** Exact, as many as the plan's dimension. */
  readonly sum: Int32Array;
  /** Whose updates are in it. */
  readonly survivors: readonly number[];
  /** Members whose shares were wrong; the sum is right without them. */
  readonly suspects: readonly number[];
}

/**
 * The coordinator's side of one secure sum: it collects, forwards and adds. Members do not trust it; it does
 * not trust them either: what a member sends is checked before it counts, and who is late is out. The caller
 * authenticates the sender of each message and decides when a step is closed.
 */
export class AggregationCoordinator {
  readonly #plan: AggregationPlan;
  readonly #digest: Uint8Array;
  readonly #total: Uint32Array;
  #advertisements: readonly Advertisement[] = [];
  #sharers: readonly number[] = [];
  readonly #survivors = new Set<number>();
  readonly #signatures = new Map<number, SurvivorSignature>();
  readonly #unmaskings = new Map<number, Unmasking>();
  #unrecovered: number | undefined;

  /** @throws BaseError `AGGREGATION_PLAN` */
  constructor(plan: AggregationPlan) {
    checkPlan(plan);
    this.#plan = plan;
    this.#digest = planDigest(plan);
    this.#total = new Uint32Array(plan.dimension);
  }

  /**
   * Closes step 1 with the keys that came in time: send them all to each of those members.
   * @throws BaseError `AGGREGATION_KEYS`, `AGGREGATION_COHORT`
   */
  advertised(entries: readonly Advertisement[]): readonly Advertisement[] {
    checkAdvertisements(this.#plan, entries);
    this.#advertisements = entries;
    return entries;
  }

  /**
   * Closes step 2: what each member that sent a whole set of parcels is to be given.
   * @throws BaseError `AGGREGATION_COHORT`
   */
  shared(sent: ReadonlyMap<number, readonly Parcel[]>): ReadonlyMap<number, readonly Parcel[]> {
    const nodes = this.#advertisements.map(({ node }) => node);
    const isWhole = (from: number, parcels: readonly Parcel[]) => {
      const wanted = nodes.filter((node) => node !== from);
      const isFrom = parcels.every((parcel) => parcel.from === from);
      return (
        isFrom &&
        sameNodes(
          parcels.map(({ to }) => to),
          wanted,
        )
      );
    };
    const whole = nodes.filter((node) => isWhole(node, sent.get(node) ?? []));
    this.#requireEnough(whole.length);
    this.#sharers = whole;
    const all = whole.flatMap((node) => sent.get(node) ?? []);
    return new Map(whole.map((node) => [node, all.filter(({ to }) => to === node)]));
  }

  /**
   * Step 3: adds an update to the total; the update itself is not kept.
   * @throws BaseError `AGGREGATION_MESSAGE`
   */
  masked({ from, values }: MaskedUpdate): void {
    const isExpected = this.#sharers.includes(from) && !this.#survivors.has(from);
    if (!isExpected || values.length !== this.#plan.dimension) throw unexpected();
    this.#survivors.add(from);
    const total = this.#total;
    for (let at = 0; at < total.length; at += 1) total[at] = (total[at] ?? 0) + (values[at] ?? 0);
  }

  /**
   * Closes step 3: the survivors, whom each survivor is asked to confirm.
   * @throws BaseError `AGGREGATION_COHORT`
   */
  survivors(): readonly number[] {
    this.#requireEnough(this.#survivors.size);
    return [...this.#survivors].toSorted((a, b) => a - b);
  }

  /**
   * Step 4.
   * @throws BaseError `AGGREGATION_MESSAGE`
   */
  confirmed(entry: SurvivorSignature): void {
    const member = this.#plan.members.find(({ node }) => node === entry.from);
    const message = survivorBytes(this.#digest, this.#advertisements, this.survivors());
    const { signature } = entry;
    const isOf = member !== undefined && this.#survivors.has(entry.from) && !this.#signatures.has(entry.from);
    if (!isOf || !ed25519Verify({ publicKey: member.identityKey, message, signature })) throw unexpected();
    this.#signatures.set(entry.from, entry);
  }

  /**
   * Closes step 4: the signatures, which each signer is given.
   * @throws BaseError `AGGREGATION_COHORT`
   */
  signatures(): readonly SurvivorSignature[] {
    this.#requireEnough(this.#signatures.size);
    return [...this.#signatures.values()];
  }

  /**
   * Step 5.
   * @throws BaseError `AGGREGATION_MESSAGE`
   */
  unmasked(entry: Unmasking): void {
    const { from, seedShares, keyShares } = entry;
    if (!this.#signatures.has(from) || this.#unmaskings.has(from)) throw unexpected();
    const nodes = (shares: Unmasking["seedShares"]) => shares.map(({ node }) => node);
    const isWhole =
      sameNodes(nodes(seedShares), [...this.#survivors]) && sameNodes(nodes(keyShares), this.#dropped());
    if (!isWhole) throw unexpected();
    this.#unmaskings.set(from, entry);
  }

  /** Whose secrets {@link finish} could not put together: what it shared is not what it advertised. */
  get unrecovered(): number | undefined {
    return this.#unrecovered;
  }

  /**
   * Takes the masks off the total. Call it once.
   * @throws BaseError `AGGREGATION_COHORT`, `AGGREGATION_SHARES`
   */
  finish(): AggregatedSum {
    this.#requireEnough(this.#unmaskings.size);
    const suspects = new Set<number>();
    const recovered = (
      part: "seedShares" | "keyShares",
      node: number,
      fits: (secret: Uint8Array) => boolean,
    ) => {
      const shares = [...this.#unmaskings].map(([from, entry]) => ({
        node: from,
        bytes: entry[part].find((share) => share.node === node)?.bytes ?? new Uint8Array(),
      }));
      this.#unrecovered = node;
      const found = recoverSecret({ shares, thresholdCount: this.#plan.thresholdCount, fits });
      this.#unrecovered = undefined;
      for (const suspect of found.suspects) suspects.add(suspect);
      return found.secret;
    };
    for (const entry of this.#advertisements) {
      if (this.#survivors.has(entry.node)) {
        const seed = recovered("seedShares", entry.node, (secret) =>
          equalBytes(commitSeed(this.#digest, secret), entry.seedCommitment),
        );
        applyMask(this.#total, seedMaskKey(this.#digest, seed), -1);
      } else if (this.#sharers.includes(entry.node)) {
        const key = recovered("keyShares", entry.node, (secret) =>
          equalBytes(x25519PublicKey(secret), entry.maskKey),
        );
        this.#removePairMasks(entry.node, key);
      }
    }
    return { sum: new Int32Array(this.#total), survivors: this.survivors(), suspects: [...suspects] };
  }

  /** What survivors added for a member whose update never came. */
  #removePairMasks(dropped: number, privateKey: Uint8Array): void {
    for (const { node, maskKey } of this.#advertisements) {
      if (!this.#survivors.has(node)) continue;
      const key = pairMaskKey(this.#digest, { from: dropped, to: node, privateKey, publicKey: maskKey });
      applyMask(this.#total, key, node < dropped ? -1 : 1);
    }
  }

  #dropped(): number[] {
    return this.#sharers.filter((node) => !this.#survivors.has(node));
  }

  #requireEnough(count: number): void {
    if (count < this.#plan.thresholdCount)
      throw new BaseError("Unavailable", "AGGREGATION_COHORT", "too few members remain; begin a new round");
  }
}

function sameNodes(given: readonly number[], expected: readonly number[]): boolean {
  const set = new Set(given);
  return set.size === given.length && set.size === expected.length && expected.every((node) => set.has(node));
}

function unexpected(): BaseError {
  return new BaseError(
    "Verification",
    "AGGREGATION_MESSAGE",
    "the message is not what its sender owes in this step; drop it",
  );
}
