import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { BaseError, concatBytes, fromBase64Url, toUtf8 } from "@cloister/bytes";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { z } from "zod/mini";

const hexDigest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** Inside the folder, `/` between names; nothing that leads out of it. */
const path = z
  .string()
  .check(z.regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}\/){0,6}[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}$/));

const manifestSchema = z.strictObject({
  version: z.literal(1),
  /** ISO 8601. */
  madeAt: z.iso.datetime(),
  /** Ed25519, base64url: who signed. */
  organisationKey: z.string().check(z.regex(/^[\w-]{43}$/)),
  /** Sealed as `1`, `2` … in this order. */
  files: z.array(z.strictObject({ path, sizeBytes: z.int(), sha256: hexDigest })),
});

/** What is in a backup. */
export type Manifest = z.infer<typeof manifestSchema>;

const headerSchema = z.strictObject({
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  ephemeral: hexDigest,
});
/** What anybody may read of a backup. Nothing in it is relied on. */
export type Header = z.infer<typeof headerSchema>;

const label = toUtf8("Cloister backup v1\n");
const signatureBytesCount = 64;

export function signManifest(manifest: Manifest, organisationSeed: Uint8Array): Uint8Array {
  const body = toUtf8(JSON.stringify(manifest));
  return concatBytes(ed25519Sign(organisationSeed, concatBytes(label, body)), body);
}

/** @throws BaseError `BACKUP_MANIFEST` */
export function verifyManifest(bytes: Uint8Array): Manifest {
  const body = bytes.subarray(signatureBytesCount);
  try {
    const manifest = manifestSchema.parse(JSON.parse(new TextDecoder().decode(body)));
    const publicKey = fromBase64Url(manifest.organisationKey);
    const signature = bytes.subarray(0, signatureBytesCount);
    if (ed25519Verify({ publicKey, message: concatBytes(label, body), signature })) return manifest;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

/** @throws BaseError `BACKUP_MANIFEST` */
export function readHeader(text: string): Header {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): BaseError {
  const message = "this is no backup of this version, or nobody signed it; use another copy";
  return new BaseError("Verification", "BACKUP_MANIFEST", message, { cause });
}

/** SHA-256 of a file of any size, hexadecimal. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
