import { equalBytes, isBaseError } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { type Random, sha256 } from "@cloister/crypto";
import { decodeScalar } from "@cloister/crypto/ristretto";
import { maxTrusteesCount, type TrusteeGroup } from "./group.ts";
import { hpkeOpen, hpkeSeal } from "./hpke.ts";
import type { VerifiedRequest } from "./request.ts";
import { broken } from "./rules.ts";
import { type SchnorrUse, schnorrBytesCount, schnorrSign, schnorrVerify } from "./schnorr.ts";
import type { VerifiedSealing } from "./sealing.ts";
import { type Combined, combinePartials, type PartialDecryption } from "./threshold.ts";

const maxReleaseBytes = 1_000_000;
const releaseUse: SchnorrUse = {
  challenge: "Cloister escrow release v1 challenge",
  nonce: "Cloister escrow release v1 nonce",
};

/** A trustee's answer to a request. */
interface Release {
  readonly trustee: number;
  readonly requestDigest: Uint8Array;
  /** The partials, sealed to the request's ephemeral key. */
  readonly sealed: Uint8Array;
  /** By the trustee's static key, so that nobody else can make it look like a cheat. */
  readonly signature: Uint8Array;
}

/** A partial together with the sealing that it is for. */
type NamedPartial = PartialDecryption & { readonly sealingDigest: Uint8Array };

/**
 * Seals and signs a trustee's partials.
 * @param input.staticSecret the trustee's scalar, 32 bytes
 */
export function makeRelease(input: {
  readonly request: VerifiedRequest;
  readonly trustee: number;
  readonly staticSecret: Uint8Array;
  readonly partials: readonly { readonly sealing: VerifiedSealing; readonly partial: PartialDecryption }[];
  readonly random: Random;
}): Uint8Array<ArrayBuffer> {
  const { request, trustee, staticSecret, partials, random } = input;
  const items = partials.map(({ sealing, partial: { element, proof } }) => [
    digestOf(sealing),
    element,
    proof,
  ]);
  const sealed = hpkeSeal({
    publicKey: request.ephemeralKey,
    plaintext: encodeCbor(items),
    random,
    ...useOf(request, trustee),
  });
  const body = { trustee, requestDigest: request.digest, sealed };
  const secret = decodeScalar(staticSecret);
  if (secret === undefined) throw broken("GROUP_FORMAT");
  return encodeCbor({ ...body, signature: schnorrSign(releaseUse, secret, encodeCbor(body)) });
}

/** What the officer gets out of the trustees' answers. */
export interface Opened {
  /** For each sealing in order the key, or that too few trustees answered well. */
  readonly sealings: readonly { readonly epoch: number; readonly result: Combined }[];
  /** Numbers of the trustees whose signed answers are wrong. */
  readonly cheats: readonly number[];
  /** Answers without their trustee's signature for this request; they accuse nobody. */
  readonly unsignedCount: number;
}

/**
 * Opens the releases and combines what is in them.
 * @param input.releases attacker-controlled
 * @param input.ephemeralPrivateKey X25519; zeroise after use
 */
export function openReleases(input: {
  readonly group: TrusteeGroup;
  readonly request: VerifiedRequest;
  readonly ephemeralPrivateKey: Uint8Array;
  readonly sealings: readonly VerifiedSealing[];
  readonly releases: readonly Uint8Array[];
}): Opened {
  const { group, request, sealings } = input;
  const cheats = new Set<number>();
  const partials: NamedPartial[] = [];
  let unsignedCount = 0;
  for (const bytes of input.releases) {
    const release = verifyRelease(bytes, group, request);
    const items = release && openItems(release, request, input.ephemeralPrivateKey);
    if (release === undefined) unsignedCount += 1;
    else if (items === undefined) cheats.add(release.trustee);
    else partials.push(...items);
  }
  const opened = sealings.map((sealing) => {
    const digest = digestOf(sealing);
    const own = partials.filter(({ sealingDigest }) => equalBytes(sealingDigest, digest));
    const result = combinePartials({ group, sealing, requestDigest: request.digest }, own);
    for (const cheat of result.cheats) cheats.add(cheat);
    return { epoch: sealing.epoch, result };
  });
  return { sealings: opened, cheats: [...cheats].sort((left, right) => left - right), unsignedCount };
}

function verifyRelease(
  bytes: Uint8Array,
  group: TrusteeGroup,
  request: VerifiedRequest,
): Release | undefined {
  const release = lenient(() => readRelease(bytes));
  const publicKey = release && group.staticKeys[release.trustee - 1];
  if (release === undefined || publicKey === undefined) return undefined;
  const { signature, ...body } = release;
  const isSigned = schnorrVerify(releaseUse, { publicKey, message: encodeCbor(body), signature });
  return isSigned && equalBytes(release.requestDigest, request.digest) ? release : undefined;
}

function readRelease(bytes: Uint8Array): Release | undefined {
  if (bytes.length > maxReleaseBytes) return undefined;
  const fields = readMap(decodeCbor(bytes));
  const release = {
    trustee: fields.uint("trustee", { max: maxTrusteesCount }),
    requestDigest: fields.bytes("requestDigest", { length: 32 }),
    sealed: fields.bytes("sealed", { maxBytes: maxReleaseBytes }),
    signature: fields.bytes("signature", { length: schnorrBytesCount }),
  };
  fields.end();
  return release;
}

function openItems(
  release: Release,
  request: VerifiedRequest,
  privateKey: Uint8Array,
): readonly NamedPartial[] | undefined {
  const { trustee, sealed } = release;
  return lenient(() => {
    const list = decodeCbor(hpkeOpen({ privateKey, sealed, ...useOf(request, trustee) }));
    const items = isList(list) ? list.map((item) => readItem(item, trustee)) : [undefined];
    return items.every((item) => item !== undefined) ? items : undefined;
  });
}

function readItem(item: CborValue, trustee: number): NamedPartial | undefined {
  const [sealingDigest, element, proof] = isList(item) ? item : [];
  const areBytes = [sealingDigest, element, proof].every((part) => part instanceof Uint8Array);
  return areBytes ? ({ trustee, sealingDigest, element, proof } as NamedPartial) : undefined;
}

function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

/** What a malformed answer gives: nothing. A bug still throws. */
function lenient<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isBaseError(error)) return undefined;
    throw error;
  }
}

function digestOf({ sealing }: VerifiedSealing): Uint8Array {
  return sha256(sealing);
}

function useOf(request: VerifiedRequest, trustee: number) {
  return { info: request.digest, associatedData: Uint8Array.of(trustee) };
}
