import { equalBytes, isBaseError } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";
import { decodeScalar } from "@cloister/crypto/ristretto";
import { checkGroup, groupDigest, type TrusteeGroup } from "./group.ts";
import { makeRelease } from "./release.ts";
import { readRequest, type VerifiedRequest } from "./request.ts";
import { broken } from "./rules.ts";
import { type VerifiedSealing, verifySealing } from "./sealing.ts";
import { decryptPartially } from "./threshold.ts";

/** What a trustee releases for, from its own configuration: never from the request or the server. */
export interface TrusteePolicy {
  /** Ed25519 keys of the officers whose requests count. */
  readonly officers: readonly Uint8Array[];
  /** How long a request may be valid. */
  readonly maxLifetimeMs: number;
  /** How old the log's proof may be. At least `delayMs`. */
  readonly maxProofAgeMs: number;
  /** How long a request must have been witnessed before anything is released: time in which others can object. */
  readonly delayMs: number;
  /** How much later than the first release the patient may be told. */
  readonly maxNoticeDelayMs: number;
  /** How many epochs one request may open. */
  readonly maxEpochsCount: number;
  /** By how much witnesses' and officers' clocks may run ahead of the trustee's. */
  readonly clockSkewMs: number;
}

/** When the witnesses of a quorum cosigned the tree that holds a request. Milliseconds since 1970. */
export interface WitnessedTimes {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** What a trustee needs from outside. */
export interface TrusteePorts {
  readonly clock: () => number;
  readonly random: Random;
  /**
   * Verifies, with the trustee's own policy of logs and witnesses, that the leaf of exactly this request is
   * under a checkpoint that the quorum cosigned. Throws when that is not shown. `proof` is attacker-controlled.
   */
  readonly verifyLogged: (request: VerifiedRequest, proof: string) => Promise<WitnessedTimes>;
  /** Stores the nonce durably, in one step; false when it was there already. Kept until `untilMs`. */
  readonly useNonce: (nonce: Uint8Array, untilMs: number) => Promise<boolean>;
  /** Puts the release's leaf into the log; returns when it is durable there. */
  readonly logRelease: (leaf: ReleaseRecord) => Promise<void>;
}

/** What the second leaf says. */
export interface ReleaseRecord {
  readonly requestDigest: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the release, 32 bytes. */
  readonly releaseDigest: Uint8Array<ArrayBuffer>;
}

/** A trustee's number and secrets; the two last are scalars of 32 bytes. */
export interface TrusteeIdentity {
  readonly trustee: number;
  readonly share: Uint8Array;
  readonly staticSecret: Uint8Array;
}

/** What an officer, or a server in between, hands to a trustee. All of it is attacker-controlled. */
export interface ReleaseDemand {
  readonly request: Uint8Array;
  readonly proof: string;
  readonly sealings: readonly { readonly epoch: number; readonly sealing: Uint8Array }[];
}

/**
 * One trustee. It believes nobody: officers' signatures, limits, the log's proof and every sealing are checked
 * here before its share is touched. In this order: nonce stored, partials computed, release logged, release
 * handed out; whatever fails on the way, nothing is handed out.
 */
export class Trustee {
  readonly #identity: TrusteeIdentity;
  readonly #group: TrusteeGroup;
  readonly #policy: TrusteePolicy;
  readonly #ports: TrusteePorts;

  /** @throws BaseError `GROUP_FORMAT` when the group's shape is wrong or the policy cannot be met */
  constructor(input: {
    readonly identity: TrusteeIdentity;
    readonly group: TrusteeGroup;
    readonly policy: TrusteePolicy;
    readonly ports: TrusteePorts;
  }) {
    checkGroup(input.group);
    this.#identity = input.identity;
    this.#group = input.group;
    this.#policy = input.policy;
    this.#ports = input.ports;
  }

  /**
   * Answers a request, once.
   * @returns the signed release, for the officer
   * @throws BaseError `REQUEST_…` or `SEALING_…`; what the ports throw when they are not available
   */
  async release(demand: ReleaseDemand): Promise<Uint8Array<ArrayBuffer>> {
    const request = readRequest(demand.request, this.#policy.officers);
    const nowMs = this.#ports.clock();
    this.#checkTimes(request, nowMs);
    const sealings = this.#checkScope(request, demand.sealings);
    this.#checkWitnessed(await this.#witnessed(request, demand.proof), nowMs);
    const untilMs = request.expiresAtMs + this.#policy.clockSkewMs;
    if (!(await this.#ports.useNonce(request.nonce, untilMs))) throw broken("REQUEST_REPLAYED");
    const release = this.#makeRelease(request, sealings);
    await this.#ports.logRelease({ requestDigest: request.digest, releaseDigest: sha256(release) });
    return release;
  }

  #checkTimes({ requestedAtMs, expiresAtMs, noticeDelayMs }: VerifiedRequest, nowMs: number): void {
    const { maxLifetimeMs, maxNoticeDelayMs, clockSkewMs } = this.#policy;
    const isTimely = requestedAtMs <= nowMs + clockSkewMs && nowMs < expiresAtMs;
    if (!isTimely || expiresAtMs - requestedAtMs > maxLifetimeMs) throw broken("REQUEST_EXPIRED");
    if (noticeDelayMs > maxNoticeDelayMs) throw broken("REQUEST_NOTICE");
  }

  #checkScope(request: VerifiedRequest, sealings: ReleaseDemand["sealings"]): VerifiedSealing[] {
    const { conversation, fromEpoch, toEpoch } = request.scope;
    const isOurs = equalBytes(request.groupDigest, groupDigest(this.#group));
    const isNarrow = toEpoch - fromEpoch < this.#policy.maxEpochsCount;
    const epochs = sealings.map(({ epoch }) => epoch);
    const areInside = epochs.every((epoch) => epoch >= fromEpoch && epoch <= toEpoch);
    const areDistinct = epochs.length > 0 && new Set(epochs).size === epochs.length;
    if (!isOurs || !isNarrow || !areInside || !areDistinct) throw broken("REQUEST_SCOPE");
    const { groupKey } = this.#group;
    return sealings.map(({ epoch, sealing }) =>
      verifySealing({ scope: { conversation, epoch }, groupKey, sealing }),
    );
  }

  async #witnessed(request: VerifiedRequest, proof: string): Promise<WitnessedTimes> {
    try {
      return await this.#ports.verifyLogged(request, proof);
    } catch (cause) {
      if (isBaseError(cause) && !cause.retryable) throw broken("REQUEST_UNLOGGED", cause);
      throw cause;
    }
  }

  #checkWitnessed({ earliestMs, latestMs }: WitnessedTimes, nowMs: number): void {
    const { maxProofAgeMs, delayMs, clockSkewMs } = this.#policy;
    const isFresh = nowMs - earliestMs <= maxProofAgeMs && latestMs <= nowMs + clockSkewMs;
    if (!isFresh) throw broken("REQUEST_STALE");
    if (nowMs - latestMs < delayMs) throw broken("REQUEST_EARLY");
  }

  #makeRelease(request: VerifiedRequest, sealings: readonly VerifiedSealing[]): Uint8Array<ArrayBuffer> {
    const { trustee, share, staticSecret } = this.#identity;
    const { random } = this.#ports;
    const secret = decodeScalar(share);
    if (secret === undefined) throw broken("GROUP_FORMAT");
    const asked = { group: this.#group, requestDigest: request.digest, trustee, share: secret, random };
    const partials = sealings.map((sealing) => ({
      sealing,
      partial: decryptPartially({ ...asked, sealing }),
    }));
    return makeRelease({ request, trustee, staticSecret, partials, random });
  }
}
