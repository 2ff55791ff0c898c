/**
 * What a document's `user_data` stands for: the digest of a typed manifest. The manifest itself travels beside
 * the document, because 512 bytes would be few, and says for whom the document was made: one for the key
 * service and one for clients have different roles and so different digests, and neither passes for the other.
 */
import { BaseError, concatBytes, toUtf8 } from "@cloister/bytes";
import { decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { sha256 } from "@cloister/crypto";

/** For whom a document is made: clients of a conversation, or a key service. */
const manifestRoles = ["client", "kms"] as const;
/** Clients, or a key service. */
export type ManifestRole = (typeof manifestRoles)[number];

/** What an enclave binds to its evidence. Digests are SHA-256, 32 bytes; absent where there is no such thing. */
export interface Manifest {
  readonly role: ManifestRole;
  /** The account it speaks for, as the relay names it; 64 bytes of text at most. */
  readonly agent: string;
  /** Signal identity key: 0x05 and the X25519 key, 33 bytes. Born at boot, never stored. */
  readonly identityKey: Uint8Array;
  /** 16 random bytes, new at each boot. */
  readonly bootId: Uint8Array;
  /** The enclave's clock at boot. */
  readonly bootedAtMs: number;
  /** Ascends with each document of this boot: a snapshot that came back, or its twin, shows one again. */
  readonly counter: number;
  readonly modelDigest?: Uint8Array;
  readonly knowledgeDigest?: Uint8Array;
  readonly policyDigest?: Uint8Array;
  readonly software: { readonly name: string; readonly version: string };
}

const label = toUtf8("Cloister manifest v1\0");
const maxManifestBytes = 1024;
const digestBytesCount = 32;

/** Deterministic CBOR, version 1. @throws BaseError `MANIFEST_INVALID` for fields out of their bounds */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = encodeCbor({ v: 1, ...manifest, software: { ...manifest.software } });
  decodeManifest(bytes);
  return bytes;
}

/** Every byte is attacker-controlled. @throws BaseError `MANIFEST_INVALID` */
export function decodeManifest(bytes: Uint8Array): Manifest {
  try {
    if (bytes.length > maxManifestBytes) throw new RangeError("too long");
    const fields = readMap(decodeCbor(bytes));
    if (fields.uint("v") !== 1) throw new RangeError("version");
    const manifest = readFields(fields);
    fields.end();
    return manifest;
  } catch (cause) {
    throw new BaseError("Decode", "MANIFEST_INVALID", "not a manifest of version 1", { cause });
  }
}

/** What `user_data` holds: SHA-256 over a label and the manifest, 32 bytes. */
export function manifestDigest(manifest: Uint8Array): Uint8Array {
  return sha256(concatBytes(label, manifest));
}

function readFields(fields: FieldReader): Manifest {
  const digest = (key: string) => fields.bytes(key, { length: digestBytesCount });
  const modelDigest = fields.optional("modelDigest", digest);
  const knowledgeDigest = fields.optional("knowledgeDigest", digest);
  const policyDigest = fields.optional("policyDigest", digest);
  return {
    role: fields.oneOf("role", manifestRoles),
    agent: fields.text("agent", { maxBytes: 64 }),
    identityKey: fields.bytes("identityKey", { length: 33 }),
    bootId: fields.bytes("bootId", { length: 16 }),
    bootedAtMs: fields.uint("bootedAtMs"),
    counter: fields.uint("counter"),
    ...(modelDigest && { modelDigest }),
    ...(knowledgeDigest && { knowledgeDigest }),
    ...(policyDigest && { policyDigest }),
    software: fields.map("software", (software) => ({
      name: software.text("name", { maxBytes: 64 }),
      version: software.text("version", { maxBytes: 64 }),
    })),
  };
}
