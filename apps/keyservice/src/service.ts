import { constants, publicEncrypt } from "node:crypto";
import { isBaseError, zeroise } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { type KeyProvider, type KeyScope, keyError, type WrappedKey } from "@cloister/keys";
import { sealEnvelopedData } from "@cloister/keys/cms";
import {
  type AttestedRecipient,
  type Evidence,
  type Refusal,
  type ReleasePolicy,
  whoAsks,
} from "./evidence.ts";

/** A key that may be released, and to whom. */
export interface ReleasableKey {
  readonly provider: KeyProvider;
  /** The one tenant whose scopes it wraps. */
  readonly tenant: string;
  readonly policy: ReleasePolicy;
}

/** What is recorded of a request, before it is answered. */
export type ReleaseEvent = {
  readonly atMs: number;
  readonly key: string;
  readonly operation: "make" | "release";
} & (
  | { readonly type: "key.released"; readonly measurement: string }
  | { readonly type: "key.refused"; readonly reasons: readonly Refusal[] }
);

/** Durable when it returns; an error means that no key is released. */
export interface ReleaseLog {
  append(event: ReleaseEvent): Promise<void>;
}

/** What the service is made of. */
export interface KeyServicePorts {
  readonly keys: ReadonlyMap<string, ReleasableKey>;
  readonly log: ReleaseLog;
  readonly now: () => number;
}

/** A request whose signature was checked. */
export interface KeyRequest {
  readonly key: string;
  readonly scope: KeyScope;
  readonly evidence: Evidence;
  /** What {@link makeKey} gave; for a release. */
  readonly ciphertext?: Uint8Array;
}

/** Evidence was not enough. The reasons are the enclave's operator's to read. */
export class EvidenceRefused extends Error {
  readonly reasons: readonly Refusal[];

  constructor(reasons: readonly Refusal[]) {
    super(`the evidence does not satisfy this key's policy: ${reasons.join(", ")}`);
    this.reasons = reasons;
  }
}

/** A new key for an enclave: wrapped, and sealed to it. */
export async function makeKey(request: KeyRequest, ports: KeyServicePorts) {
  const { provider, recipient } = await admit(request, "make", ports);
  const { key, wrapped } = await provider.dataKey(request.scope);
  const forRecipient = sealTo(recipient, key);
  return { ciphertext: encodeCbor({ format: 1, ...wrapped }), forRecipient };
}

/** A key that was made before, sealed to an enclave. */
export async function releaseKey(request: KeyRequest, ports: KeyServicePorts) {
  const { provider, recipient } = await admit(request, "release", ports);
  return {
    forRecipient: sealTo(recipient, await provider.unwrap(readWrapped(request.ciphertext), request.scope)),
  };
}

async function admit(request: KeyRequest, operation: ReleaseEvent["operation"], ports: KeyServicePorts) {
  const releasable = ports.keys.get(request.key);
  // A key of another tenant looks like none.
  if (!releasable || releasable.tenant !== request.scope.tenant) throw keyError("KEY_MISSING");
  const atMs = ports.now();
  const asker = whoAsks(request.evidence, releasable.policy, atMs);
  const event = { atMs, key: request.key, operation };
  if (asker.verdict === "refused") {
    const { reasons } = asker;
    await ports.log.append({ ...event, type: "key.refused", reasons });
    throw new EvidenceRefused(reasons);
  }
  const { recipient } = asker;
  await ports.log.append({ ...event, type: "key.released", measurement: recipient.measurement });
  return { provider: releasable.provider, recipient };
}

function sealTo({ publicKey, spki }: AttestedRecipient, key: Uint8Array): Uint8Array {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  try {
    return sealEnvelopedData({
      plaintext: key,
      keyId: sha256(spki),
      encryptKey: (contentKey) => publicEncrypt({ key: publicKey, ...padding }, contentKey),
      random: systemRandom,
    });
  } finally {
    zeroise(key);
  }
}

function readWrapped(ciphertext: Uint8Array | undefined): WrappedKey {
  try {
    const fields = readMap(decodeCbor(ciphertext ?? new Uint8Array()));
    fields.uint("format", { max: 1 });
    const wrapped = {
      version: fields.text("version", { maxBytes: 256 }),
      bytes: fields.bytes("bytes", { maxBytes: 4_096 }),
    };
    fields.end();
    return wrapped;
  } catch (cause) {
    throw isBaseError(cause) ? keyError("KEY_UNWRAP", { cause }) : cause;
  }
}
