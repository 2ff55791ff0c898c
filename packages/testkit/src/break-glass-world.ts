import { BaseError, toHex } from "@cloister/bytes";
import { ed25519KeyPair, type Random, x25519KeyPair } from "@cloister/crypto";
import {
  assembleRequest,
  type BreakGlassRequest,
  encodeRequestBody,
  groupDigest,
  type ReleaseDemand,
  type ReleaseRecord,
  readRequest,
  signRequest,
  Trustee,
  type TrusteeGroup,
  type TrusteeIdentity,
  type TrusteePolicy,
  type VerifiedRequest,
} from "@cloister/escrow";
import { encodeLeaf, hourOf, leafHash, TransparencyLog } from "@cloister/transparency";
import {
  addSignatureLines,
  type Cosigner,
  cosigner,
  formatAddCheckpoint,
  formatTlogProof,
  parsePolicy,
  verifyTlogProof,
  Witness,
  type WitnessStore,
} from "@cloister/transparency/witnessing";
import { MemoryLogStore } from "./log-store.ts";
import { seededRandom } from "./test-random.ts";

const origin = "clinic.example/log";
const minute = 60_000;
const officerSeeds = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const officerKeys = officerSeeds.map((seed) => ed25519KeyPair(seed).publicKey);
const strangerSeed = new Uint8Array(32).fill(99);

/** What the trustees of a {@link BreakGlassWorld} go by. */
export const trusteePolicy: TrusteePolicy = {
  officers: officerKeys,
  maxLifetimeMs: 24 * 60 * minute,
  maxProofAgeMs: 30 * minute,
  delayMs: 10 * minute,
  maxNoticeDelayMs: 72 * 60 * minute,
  maxEpochsCount: 3,
  clockSkewMs: minute,
};

/** A witness's memory that dies with the process. */
class MemoryWitnessStore implements WitnessStore {
  readonly notes = new Map<string, string>();
  latest(of: string): string | undefined {
    return this.notes.get(of);
  }
  replace({ origin: of, before, after }: Parameters<WitnessStore["replace"]>[0]): boolean {
    if (this.notes.get(of) !== before) return false;
    this.notes.set(of, after);
    return true;
  }
  close(): void {
    this.notes.clear();
  }
}

/** The one leaf of a request: its nonce is the salt, so that logging it again gives the same leaf. */
export function requestLeaf({ digest, nonce, requestedAtMs }: VerifiedRequest): Uint8Array<ArrayBuffer> {
  return encodeLeaf(
    { type: "breakglass.requested", at: hourOf(requestedAtMs), requestDigest: digest },
    nonce,
  );
}

/** A request, with what its asker keeps. */
export interface AskedRequest {
  readonly bytes: Uint8Array;
  readonly request: VerifiedRequest;
  readonly privateKey: Uint8Array;
}

/** What differs from a good request. */
export interface RequestChange extends Partial<BreakGlassRequest> {
  /** Which officers sign; numbers beyond the known ones are strangers. */
  readonly signers?: readonly [number, number];
}

/** The trustees, and what is sealed to them. */
export interface EscrowGroup {
  readonly group: TrusteeGroup;
  readonly identities: readonly TrusteeIdentity[];
}

/**
 * An organisation whose server, log key and officers a test may play as it likes: it asks, logs, has checkpoints
 * cosigned, proves, and carries demands to trustees. Trustees and witnesses are real and share one clock.
 */
export class BreakGlassWorld {
  nowMs = Date.UTC(2026, 10, 24, 12);
  isLogDown = false;
  areWitnessesDown = false;
  readonly random: Random;
  readonly log: TransparencyLog;
  readonly logKey = { origin, seed: new Uint8Array(32).fill(7) };
  readonly released: { trustee: number; bytes: Uint8Array; asked: AskedRequest; atMs: number }[] = [];
  readonly releaseRecords: ReleaseRecord[] = [];
  /** When the honest witnesses first cosigned a tree of each size. */
  readonly cosignedAtMs: { size: number; atMs: number }[] = [];
  readonly trustees: readonly Trustee[];
  readonly #group: TrusteeGroup;
  readonly #witnesses: Witness[];
  readonly #policy;

  constructor(escrow: EscrowGroup, seed: number) {
    this.#group = escrow.group;
    this.random = seededRandom(seed);
    this.log = new TransparencyLog({ store: new MemoryLogStore(), ...this.logKey });
    const cosigners: Cosigner[] = [1, 2, 3].map((number) =>
      cosigner({
        name: `w${number}.example`,
        seed: new Uint8Array(32).fill(50 + number),
        algorithm: "ed25519",
        clock: () => this.nowMs,
      }),
    );
    this.#witnesses = cosigners.map(
      (by) => new Witness({ logs: [this.log.vkey], cosigners: [by], store: new MemoryWitnessStore() }),
    );
    const lines = cosigners.map(({ vkey }, at) => `witness w${at} ${vkey}\n`).join("");
    this.#policy = parsePolicy(`log ${this.log.vkey}\n${lines}group q 2 w0 w1 w2\nquorum q\n`);
    this.trustees = escrow.identities.map((identity) => this.#trustee(identity));
  }

  #trustee(identity: TrusteeIdentity): Trustee {
    const used = new Set<string>();
    return new Trustee({
      identity,
      group: this.#group,
      policy: trusteePolicy,
      ports: {
        clock: () => this.nowMs,
        random: this.random,
        verifyLogged: async (request, proof) => {
          const witnessed = verifyTlogProof({
            text: proof,
            leaf: requestLeaf(request),
            policy: this.#policy,
          });
          const times = witnessed.cosignatures.map(({ atMs }) => atMs);
          return { earliestMs: Math.min(...times), latestMs: Math.max(...times) };
        },
        useNonce: async (nonce) => {
          const isNew = !used.has(toHex(nonce));
          used.add(toHex(nonce));
          return isNew;
        },
        logRelease: async (record) => {
          if (this.isLogDown) throw new BaseError("Unavailable", "LOG_DOWN", "the log is down");
          const at = hourOf(this.nowMs);
          await this.log.append(encodeLeaf({ type: "breakglass.released", at, ...record }, this.random(32)));
          this.releaseRecords.push(record);
        },
      },
    });
  }

  /** A request, signed by two officers. @throws BaseError `REQUEST_FORMAT` */
  ask({ signers = [0, 1], ...change }: RequestChange = {}): AskedRequest {
    const ephemeral = x25519KeyPair(this.random);
    const seedOf = (signer: number) => officerSeeds[signer] ?? strangerSeed;
    const [first, second] = signers.map(seedOf);
    if (!first || !second) throw new Error("two sign");
    const body = encodeRequestBody({
      caseId: this.random(16),
      scope: { conversation: new Uint8Array(16).fill(1), fromEpoch: 0, toEpoch: 2 },
      reason: "a complaint about dosage",
      groupDigest: groupDigest(this.#group),
      ephemeralKey: ephemeral.publicKey,
      nonce: this.random(32),
      requestedAtMs: this.nowMs,
      expiresAtMs: this.nowMs + 8 * 60 * minute,
      noticeDelayMs: 0,
      officers: [ed25519KeyPair(first).publicKey, ed25519KeyPair(second).publicKey],
      ...change,
    });
    const bytes = assembleRequest(body, [signRequest(body, first), signRequest(body, second)]);
    // What the attacker knows of its own request, whether or not a trustee would take it.
    const stranger = ed25519KeyPair(strangerSeed).publicKey;
    const request = signers[0] === signers[1] ? undefined : readRequest(bytes, [...officerKeys, stranger]);
    return { bytes, request: request ?? this.ask().request, privateKey: ephemeral.privateKey };
  }

  /** Puts the request's leaf into the log, unless that is down. */
  async logRequest({ request }: AskedRequest): Promise<void> {
    if (!this.isLogDown) await this.log.append(requestLeaf(request));
  }

  /** The log's head with whatever cosignatures the witnesses give. */
  async cosigned(log: TransparencyLog = this.log): Promise<string> {
    const [size, checkpoint] = [await log.size(), await log.checkpoint()];
    let note = checkpoint;
    const witnesses = this.areWitnessesDown ? [] : this.#witnesses;
    for (const witness of witnesses) {
      try {
        const stored = Number(witness.latest(origin)?.split("\n")[1] ?? 0);
        const proof = stored === 0 || stored >= size ? [] : await log.proveConsistency(stored, size);
        const answer = witness.addCheckpoint(formatAddCheckpoint({ oldSize: stored, proof, checkpoint }));
        if (answer.status === "cosigned") note = addSignatureLines(note, answer.lines);
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
      }
    }
    if (log === this.log && note !== checkpoint) this.cosignedAtMs.push({ size, atMs: this.nowMs });
    return note;
  }

  /** A proof of a request's leaf under a cosigned checkpoint, or nothing while the log is down. */
  async prove({ request }: AskedRequest, log: TransparencyLog = this.log): Promise<string> {
    const [size, checkpoint] = [await log.size(), await this.cosigned(log)];
    const index = await log.indexOf(leafHash(requestLeaf(request)));
    if (this.isLogDown || index === undefined) return "";
    return formatTlogProof({ index, proof: await log.proveInclusion(index, size), checkpoint });
  }

  /** Carries a demand to a trustee. @throws as `Trustee.release` */
  async release(trustee: number, asked: AskedRequest, demand: ReleaseDemand): Promise<Uint8Array> {
    const bytes = await this.trustees[trustee - 1]?.release(demand);
    if (!bytes) throw new Error("there is no such trustee");
    this.released.push({ trustee, bytes, asked, atMs: this.nowMs });
    return bytes;
  }
}
