import { BaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { sha256 } from "@cloister/crypto";

/** A hospital that was enrolled: its number, and its identity key as pinned then. */
export interface CohortMember {
  /** 1 to 255, the same in every round. */
  readonly node: number;
  /** Ed25519, 32 bytes. */
  readonly identityKey: Uint8Array;
}

/** What one secure sum is about. Its digest is in every signature and key, so all members hold the same one. */
export interface AggregationPlan {
  /** 32 random bytes, never used twice. */
  readonly round: Uint8Array;
  /** SHA-256 of the global model that the update starts from, 32 bytes. */
  readonly modelDigest: Uint8Array;
  readonly members: readonly CohortMember[];
  /** How many must remain to the end. More than two thirds, so that two survivor sets cannot both be signed. */
  readonly thresholdCount: number;
  /** Numbers in an update. */
  readonly dimension: number;
  /** The largest absolute value of one number of one member; all members together stay below 2^31. */
  readonly maxAbs: number;
}

/** A sum of fewer would say too much about one. */
export const minCohortCount = 3;
/** Shamir's shares live in GF(2^8). */
export const maxCohortCount = 255;
const maxDimension = 2 ** 24;
const label = "cloister aggregation plan v1";

/**
 * Refuses a plan that is not safe for its members. A member checks it itself and compares `members` with the
 * identities it enrolled with; the coordinator is not trusted.
 * @throws BaseError `AGGREGATION_PLAN` (Policy)
 */
export function checkPlan(plan: AggregationPlan): void {
  const { members, thresholdCount, dimension, maxAbs } = plan;
  const nodes = new Set(members.map(({ node }) => node));
  const keys = new Set(members.map(({ identityKey }) => identityKey.join()));
  const isWhole = (value: number, min: number, max: number) =>
    Number.isInteger(value) && value >= min && value <= max;
  if (!isWhole(members.length, minCohortCount, maxCohortCount))
    throw unsafe("has too small or large a cohort");
  if (nodes.size < members.length || keys.size < members.length) throw unsafe("names a member twice");
  if (!members.every(({ node }) => isWhole(node, 1, maxCohortCount))) throw unsafe("has a wrong node number");
  if (!members.every(({ identityKey }) => identityKey.length === 32))
    throw unsafe("has a wrong identity key");
  if (!isWhole(thresholdCount, Math.floor((2 * members.length) / 3) + 1, members.length))
    throw unsafe("must have a threshold above two thirds of the cohort");
  if (!isWhole(dimension, 1, maxDimension)) throw unsafe("has a wrong dimension");
  if (!isWhole(maxAbs, 1, Math.floor((2 ** 31 - 1) / members.length))) throw unsafe("could overflow its sum");
  if (plan.round.length !== 32 || plan.modelDigest.length !== 32)
    throw unsafe("has a digest of a wrong length");
}

function unsafe(problem: string): BaseError {
  return new BaseError("Policy", "AGGREGATION_PLAN", `the plan of the round ${problem}; take no part in it`);
}

/** Deterministic CBOR, what {@link planDigest} is taken of. */
export function encodePlan(plan: AggregationPlan): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    label,
    round: plan.round,
    modelDigest: plan.modelDigest,
    members: plan.members.map(({ node, identityKey }) => ({ node, identityKey })),
    thresholdCount: plan.thresholdCount,
    dimension: plan.dimension,
    maxAbs: plan.maxAbs,
  });
}

/**
 * Strict inverse of {@link encodePlan}; the bytes are the coordinator's.
 * @throws BaseError of CBOR decoding; `AGGREGATION_PLAN`
 */
export function decodePlan(bytes: Uint8Array): AggregationPlan {
  const map = readMap(decodeCbor(bytes));
  map.oneOf("label", [label]);
  const plan = {
    round: map.bytes("round", { length: 32 }),
    modelDigest: map.bytes("modelDigest", { length: 32 }),
    members: map.list(
      "members",
      (item) => {
        const member = readMap(item);
        const read = {
          node: member.uint("node", { max: maxCohortCount }),
          identityKey: member.bytes("identityKey", { length: 32 }),
        };
        member.end();
        return read;
      },
      { maxCount: maxCohortCount },
    ),
    thresholdCount: map.uint("thresholdCount", { max: maxCohortCount }),
    dimension: map.uint("dimension", { max: maxDimension }),
    maxAbs: map.uint("maxAbs", { max: 2 ** 31 - 1 }),
  };
  map.end();
  checkPlan(plan);
  return plan;
}

/** SHA-256 of the encoded plan, 32 bytes. */
export function planDigest(plan: AggregationPlan): Uint8Array<ArrayBuffer> {
  return sha256(encodePlan(plan));
}
