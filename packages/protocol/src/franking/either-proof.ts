/**
 * Non-interactive proofs that somebody knows, for each of several clauses, one of two secrets, without
 * showing which: Schnorr and Chaum-Pedersen proofs, joined as by Cramer, Damgård, Schoenmakers (CRYPTO
 * 1994) and made non-interactive as by Fiat, Shamir.
 */
import { concatBytes } from "@cloister/bytes";
import { sha512 } from "@cloister/crypto";
import { groupMultiply, groupSum, scalar, wideScalar } from "@cloister/crypto/edwards-group";

type Bytes = Uint8Array<ArrayBuffer>;

/** "I know w with element = w · base", for all pairs and one w. Elements are of prime order. */
type Relation = readonly (readonly [base: Uint8Array, element: Uint8Array])[];

/** One of two relations holds. */
export type Clause = readonly [left: Relation, right: Relation];

/** The secret of one side of a clause. */
export interface Witness {
  readonly side: 0 | 1;
  readonly secret: bigint;
}

/** For each clause: the challenge of its left side and the responses of both. */
interface ClauseProof {
  readonly leftChallenge: bigint;
  readonly responses: readonly [bigint, bigint];
}

/** A proof of all clauses under one challenge. */
export interface EitherProof {
  readonly challenge: bigint;
  readonly clauses: readonly ClauseProof[];
}

/**
 * Proves each clause by the witness at its place. `context` is all that the proof is about, the clauses'
 * elements included; `nextScalar` yields uniform secret scalars, never one twice.
 */
export function proveEither(
  clauses: readonly (readonly [Clause, Witness])[],
  context: Uint8Array,
  nextScalar: () => bigint,
): EitherProof {
  const begun = clauses.map(([clause, witness]) => begin(clause, witness, nextScalar));
  const challenge = challengeOf(
    context,
    begun.flatMap(({ commitments }) => commitments),
  );
  return { challenge, clauses: begun.map(({ finish }) => finish(challenge)) };
}

/** Whether a proof holds. Its scalars are attacker-controlled; the elements were checked. */
export function verifyEither(clauses: readonly Clause[], context: Uint8Array, proof: EitherProof): boolean {
  const commitments = clauses.flatMap(([left, right], at) => {
    const part = proof.clauses[at];
    if (!part) return [];
    const { leftChallenge, responses } = part;
    const rightChallenge = scalar(proof.challenge - leftChallenge);
    return [
      ...recompute(left, leftChallenge, responses[0]),
      ...recompute(right, rightChallenge, responses[1]),
    ];
  });
  return proof.clauses.length === clauses.length && challengeOf(context, commitments) === proof.challenge;
}

/** Commits to the known side and simulates the other one. */
function begin(
  clause: Clause,
  { side, secret }: Witness,
  nextScalar: () => bigint,
): { commitments: Bytes[]; finish: (challenge: bigint) => ClauseProof } {
  const [nonce, otherChallenge, otherResponse] = [nextScalar(), nextScalar(), nextScalar()];
  const known = clause[side].map(([base]) => groupMultiply(nonce, base));
  const simulated = recompute(clause[side === 0 ? 1 : 0], otherChallenge, otherResponse);
  return {
    commitments: side === 0 ? [...known, ...simulated] : [...simulated, ...known],
    finish: (challenge) => {
      const ownChallenge = scalar(challenge - otherChallenge);
      const response = scalar(nonce + ownChallenge * secret);
      return side === 0
        ? { leftChallenge: ownChallenge, responses: [response, otherResponse] }
        : { leftChallenge: otherChallenge, responses: [otherResponse, response] };
    },
  };
}

function recompute(relation: Relation, challenge: bigint, response: bigint): Bytes[] {
  return relation.map(([base, element]) => groupSum([response, base], [-challenge, element]));
}

function challengeOf(context: Uint8Array, commitments: readonly Uint8Array[]): bigint {
  return wideScalar(sha512(concatBytes(context, ...commitments)));
}
