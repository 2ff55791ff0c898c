/**
 * Asymmetric message franking (Tyagi, Grubbs, Len, Miers, Ristenpart, CRYPTO 2019), for senders whom the
 * relay does not know. The sender with key S proves to the recipient (R) and the desk (J) alone:
 *
 *     (I know the secret of S, or that of deskTag)  and
 *     (deskTag was made for J, or I know the secret of recipientTag)
 *
 * The tags are Diffie-Hellman results with fresh keys. R, who sees that recipientTag was made for them,
 * learns that deskTag is right and so that S's holder made the proof. J, who sees that deskTag is right,
 * learns the same. Everybody else can make up proofs that look like it. See docs/decisions.
 */
import { concatBytes, equalBytes, toUtf8, uint32 } from "@cloister/bytes";
import { type Random, sha512 } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  groupBase,
  groupElement,
  groupMultiply,
  groupSecret,
  isGroupElement,
  wideScalar,
} from "@cloister/crypto/edwards-group";
import { type KeyPair, rawPublicKey } from "../keys.ts";
import { demand } from "../rules.ts";
import { type Clause, type EitherProof, proveEither, verifyEither } from "./either-proof.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LABEL = toUtf8("Cloister asymmetric franking v1\0");
const NONCE_LABEL = toUtf8("Cloister asymmetric franking nonces v1\0");
const NOISE_BYTES = 64;
const PART_BYTES = 32;
const TAGS_COUNT = 4;
const SCALARS_COUNT = 7;
/** Length of a proof. */
export const PROOF_BYTES = (TAGS_COUNT + SCALARS_COUNT) * PART_BYTES;

/** Whose proof it is, for whom, about what. Keys are encoded X25519 public keys (33 bytes). */
export interface ProofSubject {
  readonly senderKey: Uint8Array;
  readonly recipientKey: Uint8Array;
  readonly deskKey: Uint8Array;
  readonly message: Uint8Array;
}

/** The fresh keys and what they give with the recipient's and the desk's keys. */
export interface Tags {
  readonly deskEphemeral: Bytes;
  readonly deskTag: Bytes;
  readonly recipientEphemeral: Bytes;
  readonly recipientTag: Bytes;
}

/** Makes a proof. @throws BaseError `KEY-004` for a public key outside the group, `KEY-001` */
export function proveSender(
  subject: Omit<ProofSubject, "senderKey">,
  { publicKey, privateKey }: KeyPair,
  random: Random,
): Bytes {
  const whole = { ...subject, senderKey: publicKey };
  const nextScalar = hedgedScalars(privateKey, whole, random);
  const { deskKey, recipientKey } = elementsOf(whole);
  const [deskSecret, recipientSecret] = [nextScalar(), nextScalar()];
  const tags = {
    deskEphemeral: groupMultiply(deskSecret, groupBase),
    deskTag: groupMultiply(deskSecret, deskKey),
    recipientEphemeral: groupMultiply(recipientSecret, groupBase),
    recipientTag: groupMultiply(recipientSecret, recipientKey),
  };
  const [authorship, addressing] = clausesOf(whole, tags);
  const witnesses = [
    [authorship, { side: 0, secret: groupSecret(privateKey) }],
    [addressing, { side: 0, secret: deskSecret }],
  ] as const;
  return writeProof(tags, proveEither(witnesses, contextOf(whole, tags), nextScalar));
}

/** Checks a proof as its recipient. `proof` is attacker-controlled. @throws BaseError `FRANK-004`, `KEY-004` */
export function checkProofAsRecipient(
  proof: Uint8Array,
  subject: Omit<ProofSubject, "recipientKey">,
  recipient: KeyPair,
): void {
  const tags = checkProof(proof, { ...subject, recipientKey: recipient.publicKey });
  demand(isMadeFor(recipient, tags.recipientEphemeral, tags.recipientTag), "FRANK-004");
}

/** Checks a proof as the desk. `proof` is attacker-controlled. @throws BaseError `FRANK-004`, `KEY-004` */
export function checkProofAsDesk(
  proof: Uint8Array,
  subject: Omit<ProofSubject, "deskKey">,
  desk: KeyPair,
): void {
  const tags = checkProof(proof, { ...subject, deskKey: desk.publicKey });
  demand(isMadeFor(desk, tags.deskEphemeral, tags.deskTag), "FRANK-004");
}

/** All that somebody without a secret key can check. @throws BaseError `FRANK-004`, `KEY-004` */
export function checkProof(proof: Uint8Array, subject: ProofSubject): Tags {
  const read = readProof(proof);
  demand(read !== undefined, "FRANK-004");
  const { tags, either } = read;
  demand(verifyEither(clausesOf(subject, tags), contextOf(subject, tags), either), "FRANK-004");
  return tags;
}

/** What is proven about these tags. */
export function clausesOf(subject: ProofSubject, tags: Tags): readonly [Clause, Clause] {
  const { senderKey, deskKey } = elementsOf(subject);
  const { deskEphemeral, deskTag, recipientTag } = tags;
  const madeForDesk = [
    [groupBase, deskEphemeral],
    [deskKey, deskTag],
  ] as const;
  return [
    [[[groupBase, senderKey]], [[groupBase, deskTag]]],
    [madeForDesk, [[groupBase, recipientTag]]],
  ];
}

/** Everything a proof is about; all parts but the message have a fixed length. */
export function contextOf(subject: ProofSubject, tags: Tags): Bytes {
  const { senderKey, recipientKey, deskKey, message } = subject;
  const parts = [LABEL, senderKey, recipientKey, deskKey, ...tagList(tags)];
  return concatBytes(...parts, uint32(message.length), message);
}

/** Tags and proof as they travel. */
export function writeProof(tags: Tags, { challenge, clauses }: EitherProof): Bytes {
  const scalars = clauses.flatMap(({ leftChallenge, responses }) => [leftChallenge, ...responses]);
  return concatBytes(...tagList(tags), ...[challenge, ...scalars].map(encodeScalar));
}

/** The inverse; undefined for a wrong length, tags outside the group or scalars that are not reduced. */
function readProof(bytes: Uint8Array): { tags: Tags; either: EitherProof } | undefined {
  if (bytes.length !== PROOF_BYTES) return undefined;
  const part = (at: number) => bytes.slice(at * PART_BYTES, (at + 1) * PART_BYTES);
  const tags = {
    deskEphemeral: part(0),
    deskTag: part(1),
    recipientEphemeral: part(2),
    recipientTag: part(3),
  };
  // The secret of the identity is known to everybody; with it for a tag, anybody could prove anything.
  if (!tagList(tags).every(isGroupElement)) return undefined;
  const [challenge, ...scalars] = Array.from({ length: SCALARS_COUNT }, (_, at) =>
    decodeScalar(part(TAGS_COUNT + at)),
  );
  const [first, second] = [clauseProof(scalars.slice(0, 3)), clauseProof(scalars.slice(3))];
  if (challenge === undefined || !first || !second) return undefined;
  return { tags, either: { challenge, clauses: [first, second] } };
}

function clauseProof([leftChallenge, left, right]: readonly (bigint | undefined)[]) {
  if (leftChallenge === undefined || left === undefined || right === undefined) return undefined;
  return { leftChallenge, responses: [left, right] as const };
}

function isMadeFor({ privateKey }: KeyPair, ephemeral: Uint8Array, tag: Uint8Array): boolean {
  return equalBytes(groupMultiply(groupSecret(privateKey), ephemeral), tag);
}

function tagList({ deskEphemeral, deskTag, recipientEphemeral, recipientTag }: Tags): readonly Bytes[] {
  return [deskEphemeral, deskTag, recipientEphemeral, recipientTag];
}

function elementsOf({ senderKey, recipientKey, deskKey }: Omit<ProofSubject, "message">) {
  return {
    senderKey: elementOf(senderKey),
    recipientKey: elementOf(recipientKey),
    deskKey: elementOf(deskKey),
  };
}

function elementOf(publicKey: Uint8Array): Bytes {
  const element = groupElement(rawPublicKey(publicKey));
  demand(element !== undefined, "KEY-004");
  return element;
}

/**
 * Secret scalars from fresh randomness, the private key and what is proven: should the random source ever
 * repeat itself, no nonce serves two proofs, which would give the private key away.
 */
function hedgedScalars(privateKey: Uint8Array, subject: ProofSubject, random: Random): () => bigint {
  const noise = random(NOISE_BYTES);
  demand(noise.length === NOISE_BYTES, "KEY-001");
  const { senderKey, recipientKey, deskKey, message } = subject;
  const seed = sha512(concatBytes(NONCE_LABEL, privateKey, noise, senderKey, recipientKey, deskKey, message));
  let count = 0;
  return () => {
    count += 1;
    return wideScalar(sha512(concatBytes(seed, uint32(count))));
  };
}
