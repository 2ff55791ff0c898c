import { fromBase64Url, toBase64Url, toUtf8 } from "@cloister/bytes";
import type { ChallengeRequest, ChallengeResponse, SessionRequest } from "@cloister/contracts/http";
import { addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519Verify, type Random, sha256 } from "@cloister/crypto";
import { Buckets } from "./buckets.ts";
import { Challenges } from "./challenges.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { Clock, DeviceRecord, RelayStore } from "./ports.ts";

const tokenBytesCount = 32;

/** An authenticated device. */
export interface Session {
  readonly address: DeviceAddress;
  readonly tokenHash: Uint8Array;
  readonly expiresAtMs: number;
}

/** Challenge, proof, token. Tokens are stored as hashes only. */
export class Sessions {
  readonly #context: {
    readonly store: RelayStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly limits: RelayLimits;
  };
  readonly #challenges: Challenges;
  readonly #rate: Buckets;

  constructor(context: {
    readonly store: RelayStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly limits: RelayLimits;
  }) {
    this.#context = context;
    const { clock, random, limits } = context;
    this.#challenges = new Challenges({ clock, random, lifeMs: limits.challengeMs });
    this.#rate = new Buckets(limits.sessionRate, clock);
  }

  /** @throws RelayError `UNAUTHENTICATED`, `DEVICE_REVOKED` */
  async challenge({ account, device }: ChallengeRequest): Promise<ChallengeResponse> {
    await this.#device({ account, device });
    const { challenge, expiresAtMs } = this.#challenges.issue({ account, device });
    return { challenge: toBase64Url(challenge), expiresAtMs };
  }

  /** @throws RelayError `CHALLENGE_INVALID`, `UNAUTHENTICATED`, `DEVICE_REVOKED`, `RATE_LIMITED` */
  async open(request: SessionRequest): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
    const address = { account: request.account, device: request.device };
    const { authKey } = await this.#device(address);
    const { challenge, signature } = readProof(request);
    const signed = ed25519Verify({
      publicKey: authKey,
      message: sessionProofMessage(address, challenge),
      signature,
    });
    if (!signed || !this.#challenges.spend(challenge, address)) throw new RelayError("CHALLENGE_INVALID");
    this.#rate.spend(addressKey(address));
    const { store, clock, random, limits } = this.#context;
    const token = toBase64Url(random(tokenBytesCount));
    const expiresAtMs = clock.nowMs() + limits.sessionMs;
    await store.putSession({ tokenHash: hashToken(token), address, expiresAtMs });
    return { token, expiresAtMs };
  }

  /**
   * Who a bearer token stands for. `token` is attacker-controlled.
   * @throws RelayError `UNAUTHENTICATED`, `DEVICE_REVOKED`
   */
  async verify(token: string | undefined): Promise<Session> {
    if (token === undefined) throw new RelayError("UNAUTHENTICATED");
    const tokenHash = hashToken(token);
    const record = await this.#context.store.session(tokenHash);
    if (record?.revoked === true) throw new RelayError("DEVICE_REVOKED");
    if (record === undefined || this.isOver(record)) throw new RelayError("UNAUTHENTICATED");
    return { address: record.address, tokenHash, expiresAtMs: record.expiresAtMs };
  }

  isOver(session: { readonly expiresAtMs: number }): boolean {
    return this.#context.clock.nowMs() >= session.expiresAtMs;
  }

  async #device(address: DeviceAddress): Promise<DeviceRecord> {
    const record = await this.#context.store.device(address);
    if (record === undefined) throw new RelayError("UNAUTHENTICATED", { message: "no such device" });
    if (record.revoked) throw new RelayError("DEVICE_REVOKED");
    return record;
  }
}

function hashToken(token: string): Uint8Array {
  return sha256(toUtf8(token));
}

function readProof(request: SessionRequest): { challenge: Uint8Array; signature: Uint8Array } {
  try {
    return { challenge: fromBase64Url(request.challenge), signature: fromBase64Url(request.signature) };
  } catch (cause) {
    throw new RelayError("CHALLENGE_INVALID", { cause });
  }
}
