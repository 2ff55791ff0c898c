/**
 * Which code an organisation runs as its assistant: reference values (RFC 9334) that its key signed. The list
 * has a number, so that clients refuse one that is older than one they have seen: a measurement that was taken
 * off stays off.
 */
import { BaseError, concatBytes, toUtf8 } from "@cloister/bytes";
import { type CborMap, type CborValue, decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import type { ReferenceValue } from "../policy.ts";

/** One build that may run. */
export interface ReleasedBuild {
  readonly version: string;
  readonly referenceValue: ReferenceValue;
  /** SHA-256 of the knowledge it may answer from, 32 bytes. */
  readonly knowledgeDigest: Uint8Array;
}

/** What the organisation says about its assistant's code. */
export interface Release {
  /** Ascends by one with each change. */
  readonly sequence: number;
  readonly issuedAtMs: number;
  /** An empty list takes everything back. */
  readonly builds: readonly ReleasedBuild[];
  /** X.509 in DER: where evidence of a development enclave comes from. A production client has no use for it. */
  readonly root?: Uint8Array;
}

const label = toUtf8("Cloister release v1\0");
const maxReleaseBytes = 4096;
const maxBuildsCount = 8;
const maxRootBytes = 1024;
const pcrBytesCount = 48;
const pcrCount = 32;

/** Signs a release with the organisation's Ed25519 seed, 32 bytes. */
export function signRelease(release: Release, organisationSeed: Uint8Array): Uint8Array<ArrayBuffer> {
  const statement = encodeCbor({
    v: 1,
    sequence: release.sequence,
    issuedAtMs: release.issuedAtMs,
    builds: release.builds.map(({ version, referenceValue, knowledgeDigest }) => ({
      version,
      knowledgeDigest,
      pcrs: Object.fromEntries([...referenceValue].map(([index, pcr]) => [String(index), pcr])),
    })),
    ...(release.root && { root: release.root }),
  });
  return encodeCbor({ statement, signature: ed25519Sign(organisationSeed, concatBytes(label, statement)) });
}

/**
 * Reads a release that the organisation's key signed; every byte comes from the relay.
 * @throws BaseError `RELEASE_INVALID`
 */
export function verifyRelease(bytes: Uint8Array, organisationKey: Uint8Array): Release {
  try {
    if (bytes.length > maxReleaseBytes) throw new RangeError("too long");
    const signed = readMap(decodeCbor(bytes));
    const statement = signed.bytes("statement", { maxBytes: maxReleaseBytes });
    const signature = signed.bytes("signature", { length: 64 });
    signed.end();
    const message = concatBytes(label, statement);
    if (!ed25519Verify({ publicKey: organisationKey, message, signature })) throw new RangeError("signature");
    return readStatement(statement);
  } catch (cause) {
    throw new BaseError("Verification", "RELEASE_INVALID", "the organisation did not sign this release", {
      cause,
    });
  }
}

function readStatement(bytes: Uint8Array): Release {
  const fields = readMap(decodeCbor(bytes));
  if (fields.uint("v") !== 1) throw new RangeError("version");
  const root = fields.optional("root", (key) => fields.bytes(key, { maxBytes: maxRootBytes }));
  const release: Release = {
    sequence: fields.uint("sequence"),
    issuedAtMs: fields.uint("issuedAtMs"),
    builds: fields.list("builds", readBuild, { maxCount: maxBuildsCount }),
    ...(root && { root }),
  };
  fields.end();
  return release;
}

function readBuild(item: CborValue): ReleasedBuild {
  const fields = readMap(item);
  const build: ReleasedBuild = {
    version: fields.text("version", { maxBytes: 64 }),
    knowledgeDigest: fields.bytes("knowledgeDigest", { length: 32 }),
    referenceValue: readPcrs(fields.value("pcrs")),
  };
  fields.end();
  return build;
}

function readPcrs(value: CborValue): ReferenceValue {
  const fields = readMap(value);
  const entries = Object.keys(value as CborMap).map((key) => {
    const index = Number(key);
    if (String(index) !== key || !(index >= 0 && index < pcrCount)) throw new RangeError("index");
    return [index, fields.bytes(key, { length: pcrBytesCount })] as const;
  });
  return new Map(entries);
}
