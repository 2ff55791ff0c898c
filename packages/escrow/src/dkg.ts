/**
 * Distributed key generation: COCKTAIL(Ristretto255, SHA-512) of C2SP cocktail-dkg v0.2.1, without payloads.
 * Nobody ever holds the group's secret. The coordinator that carries messages is not trusted.
 */
import { BaseError, concatBytes, equalBytes, isBaseError, toHex, toUtf8, uint64 } from "@cloister/bytes";
import { type Random, sha512 } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  isRistrettoElement,
  randomSecret,
  ristrettoBase,
  ristrettoMultiply,
  ristrettoSum,
  scalar,
} from "@cloister/crypto/ristretto";
import { xchachaOpen, xchachaSeal } from "@cloister/crypto/xchacha20-poly1305";
import {
  type DkgTranscript,
  dkgContext,
  encodeCiphertexts,
  encodeRound1,
  encodeTranscript,
  parseCiphertexts,
  parseRound1,
  parseTranscript,
} from "./dkg-wire.ts";
import { checkGroup, maxTrusteesCount, type TrusteeGroup } from "./group.ts";
import { evaluate, evaluateCommitment } from "./polynomial.ts";
import { broken, type EscrowCode } from "./rules.ts";
import { cocktailUse, schnorrBytesCount, schnorrSign, schnorrVerify } from "./schnorr.ts";

const scalarBytesCount = 32;
const h6Prefix = toUtf8("COCKTAIL-DKG-Ristretto255-SHA512-H6");

/** What the participants agree on before they begin. */
export interface DkgSetup {
  readonly threshold: number;
  /** Static keys in the agreed order; participants are numbered from 1. */
  readonly staticKeys: readonly Uint8Array[];
  /** Unique to this session. */
  readonly sessionId: Uint8Array;
}

/** One participant's own side. */
export interface DkgParticipant {
  readonly setup: DkgSetup;
  /** Static private key: a scalar, 32 bytes. */
  readonly staticSecret: Uint8Array;
}

/** A rule broken by a participant (or by a coordinator that altered its message). The session is over. */
export class DkgBlame extends BaseError<EscrowCode> {
  /** Number of the participant, from 1. */
  readonly participant: number;

  constructor(code: EscrowCode, participant: number, cause?: unknown) {
    const { family, message } = broken(code);
    super(family, code, message, { cause });
    this.participant = participant;
  }
}

/** What a participant has after round 2. Nothing may be sealed to the group before round 3 succeeded. */
export interface DkgOutcome {
  /** The participant's number, from 1. */
  readonly participant: number;
  /** Its share of the group's secret, 32 bytes. */
  readonly share: Uint8Array<ArrayBuffer>;
  /** To be signed by all. */
  readonly transcript: Uint8Array<ArrayBuffer>;
  /** The encrypted shares it got: with certificate and static secret they give the share again. */
  readonly bundle: Uint8Array<ArrayBuffer>;
}

/** A transcript that every participant signed: public, and enough to know the group. */
export interface DkgCertificate {
  readonly transcript: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

/** The public key of a static secret. @throws BaseError `DKG_SETUP` */
export function dkgStaticKey(staticSecret: Uint8Array): Uint8Array<ArrayBuffer> {
  return ristrettoMultiply(secretOf(staticSecret), ristrettoBase);
}

/**
 * Round 1: draw a polynomial, commit to it, and encrypt to each participant its value.
 * @returns `msg1`, for the coordinator to send to all
 * @throws BaseError `DKG_SETUP`, `CRYPTO_RANDOM`
 */
export function dkgRound1({ setup, staticSecret }: DkgParticipant, random: Random): Uint8Array<ArrayBuffer> {
  const number = numberOf({ setup, staticSecret });
  const own = { secret: secretOf(staticSecret), key: keyAt(setup.staticKeys, number) };
  const context = dkgContext(setup.sessionId, setup.staticKeys);
  const coefficients = Array.from({ length: setup.threshold }, () => randomSecret(random));
  const commitment = coefficients.map((coefficient) => ristrettoMultiply(coefficient, ristrettoBase));
  const ephemeralSecret = randomSecret(random);
  const ephemeralKey = ristrettoMultiply(ephemeralSecret, ristrettoBase);
  const proof = schnorrSign(
    cocktailUse,
    coefficients[0] ?? 0n,
    concatBytes(context, ...commitment, ephemeralKey),
  );
  const ciphertexts = setup.staticKeys.map((recipient, at) => {
    const secrets = [ephemeralSecret, own.secret].map((secret) => ristrettoMultiply(secret, recipient));
    const key = deriveKey({ secrets, ephemeralKey, sender: own.key, recipient, context });
    return xchachaSeal(key, encodeScalar(evaluate(coefficients, at + 1)));
  });
  return encodeRound1({ commitment, proof, ephemeralKey, ciphertexts });
}

/**
 * Round 2: check everyone's message, decrypt and verify the shares, add them up.
 * @param messages everyone's `msg1` in order, attacker-controlled
 * @param extension what the application wants all to agree on as well
 * @throws DkgBlame `DKG_MESSAGE`, `DKG_POP`, `DKG_DECRYPT`, `DKG_SHARE`; BaseError `DKG_SETUP`
 */
export function dkgRound2(
  { setup, staticSecret }: DkgParticipant,
  messages: readonly Uint8Array[],
  extension: Uint8Array = new Uint8Array(),
): DkgOutcome {
  const participant = numberOf({ setup, staticSecret });
  const { threshold, staticKeys, sessionId } = setup;
  if (messages.length !== staticKeys.length) throw broken("DKG_MESSAGE");
  const context = dkgContext(sessionId, staticKeys);
  const parsed = messages.map((message, at) => {
    const round1 = blaming("DKG_MESSAGE", at + 1, () => parseRound1(message, threshold, staticKeys.length));
    if (!isPossessed(context, round1)) throw new DkgBlame("DKG_POP", at + 1);
    return round1;
  });
  const transcript: DkgTranscript = {
    context,
    threshold,
    staticKeys,
    commitments: parsed.map(({ commitment }) => commitment),
    proofs: parsed.map(({ proof }) => proof),
    ephemeralKeys: parsed.map(({ ephemeralKey }) => ephemeralKey),
    extension,
  };
  const ciphertexts = parsed.map((message) => keyAt(message.ciphertexts, participant));
  return {
    participant,
    share: addShares({ transcript, ciphertexts, participant, staticSecret }),
    transcript: encodeTranscript(transcript),
    bundle: encodeCiphertexts(ciphertexts),
  };
}

/** Round 3: a participant's signature over the transcript. @throws BaseError `DKG_SETUP` */
export function dkgCertify(staticSecret: Uint8Array, transcript: Uint8Array): Uint8Array<ArrayBuffer> {
  return schnorrSign(cocktailUse, secretOf(staticSecret), transcript);
}

/**
 * Verifies that everybody signed the same transcript, and reads the group from it. A participant passes its own
 * transcript; a client compares the static keys with those of the organisation's trustees.
 * @param certificate untrusted
 * @throws DkgBlame `DKG_CERTIFICATE`; BaseError `DKG_TRANSCRIPT`, `GROUP_FORMAT`
 */
export function verifyCertificate({ transcript, signatures }: DkgCertificate): TrusteeGroup {
  const parsed = parseTranscript(transcript);
  parsed.staticKeys.forEach((publicKey, at) => {
    const signature = signatures[at] ?? new Uint8Array();
    const isValid =
      signature.length === schnorrBytesCount &&
      schnorrVerify(cocktailUse, { publicKey, message: transcript, signature });
    if (!isValid) throw new DkgBlame("DKG_CERTIFICATE", at + 1);
  });
  if (signatures.length !== parsed.staticKeys.length) throw broken("DKG_TRANSCRIPT");
  const group = groupOf(parsed);
  checkGroup(group);
  return group;
}

/**
 * A participant's share again, from its backup: static secret, certificate and bundle.
 * @throws DkgBlame `DKG_CERTIFICATE`, `DKG_DECRYPT`, `DKG_SHARE`; BaseError `DKG_TRANSCRIPT`, `DKG_MESSAGE`,
 * `DKG_SETUP` when the secret is of no participant
 */
export function recoverShare(input: {
  readonly staticSecret: Uint8Array;
  readonly certificate: DkgCertificate;
  readonly bundle: Uint8Array;
}): Pick<DkgOutcome, "participant" | "share"> {
  const { staticSecret, certificate, bundle } = input;
  verifyCertificate(certificate);
  const transcript = parseTranscript(certificate.transcript);
  const own = dkgStaticKey(staticSecret);
  const participant = 1 + transcript.staticKeys.findIndex((key) => equalBytes(key, own));
  if (participant === 0) throw broken("DKG_SETUP");
  const ciphertexts = parseCiphertexts(bundle, transcript.staticKeys.length);
  return { participant, share: addShares({ transcript, ciphertexts, participant, staticSecret }) };
}

function groupOf({ threshold, staticKeys, commitments }: DkgTranscript): TrusteeGroup {
  const sums = Array.from({ length: threshold }, (_, power) =>
    ristrettoSum(...commitments.map((commitment) => [1n, commitment[power] ?? ristrettoBase] as const)),
  );
  return {
    threshold,
    groupKey: evaluateCommitment(sums, 0),
    shareKeys: staticKeys.map((_, at) => evaluateCommitment(sums, at + 1)),
    staticKeys,
  };
}

function isPossessed(context: Uint8Array, message: ReturnType<typeof parseRound1>): boolean {
  const { commitment, ephemeralKey, proof } = message;
  const [publicKey] = commitment;
  const signed = concatBytes(context, ...commitment, ephemeralKey);
  return (
    publicKey !== undefined && schnorrVerify(cocktailUse, { publicKey, message: signed, signature: proof })
  );
}

/** Steps 3 and 4 of round 2, and 4 to 7 of recovery. */
function addShares(input: {
  readonly transcript: DkgTranscript;
  readonly ciphertexts: readonly Uint8Array[];
  readonly participant: number;
  readonly staticSecret: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const { transcript, ciphertexts, participant, staticSecret } = input;
  const { context, staticKeys, ephemeralKeys, commitments } = transcript;
  const recipient = keyAt(staticKeys, participant);
  const own = secretOf(staticSecret);
  const shares = staticKeys.map((sender, at) => {
    const ephemeralKey = keyAt(ephemeralKeys, at + 1);
    const secrets = [ephemeralKey, sender].map((element) => ristrettoMultiply(own, element));
    const key = deriveKey({ secrets, ephemeralKey, sender, recipient, context });
    const plaintext = blaming("DKG_DECRYPT", at + 1, () => xchachaOpen(key, keyAt(ciphertexts, at + 1)));
    const share = decodeScalar(plaintext.subarray(0, scalarBytesCount));
    const expected = evaluateCommitment(commitments[at] ?? [], participant);
    if (share === undefined || !equalBytes(ristrettoSum([share, ristrettoBase]), expected)) {
      throw new DkgBlame("DKG_SHARE", at + 1);
    }
    return share;
  });
  return encodeScalar(scalar(shares.reduce((sum, share) => sum + share, 0n)));
}

/** Key and nonce from H6. */
function deriveKey(input: {
  readonly secrets: readonly Uint8Array[];
  readonly ephemeralKey: Uint8Array;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
  readonly context: Uint8Array;
}) {
  const { secrets, ephemeralKey, sender, recipient, context } = input;
  const parts = [...secrets, ephemeralKey, sender, recipient, uint64(context.length).toReversed(), context];
  const hash = sha512(concatBytes(h6Prefix, ...parts));
  return { key: hash.slice(0, 32), nonce: hash.slice(32, 56) };
}

function numberOf({ setup, staticSecret }: DkgParticipant): number {
  const { threshold, staticKeys } = setup;
  const count = staticKeys.length;
  const isCounted = Number.isInteger(threshold) && threshold >= 1 && threshold <= count;
  const isDistinct = new Set(staticKeys.map(toHex)).size === count;
  const own = dkgStaticKey(staticSecret);
  const number = 1 + staticKeys.findIndex((key) => equalBytes(key, own));
  if (!isCounted || count > maxTrusteesCount || !isDistinct || number === 0) throw broken("DKG_SETUP");
  if (!staticKeys.every(isRistrettoElement)) throw broken("DKG_SETUP");
  return number;
}

function secretOf(staticSecret: Uint8Array): bigint {
  const secret = decodeScalar(staticSecret);
  if (secret === undefined || secret === 0n) throw broken("DKG_SETUP");
  return secret;
}

function keyAt(list: readonly Uint8Array[], number: number): Uint8Array {
  const item = list[number - 1];
  if (item === undefined) throw broken("DKG_SETUP");
  return item;
}

function blaming<T>(code: EscrowCode, participant: number, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (isBaseError(cause)) throw new DkgBlame(code, participant, cause);
    throw cause;
  }
}
