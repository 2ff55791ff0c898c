import { BaseError, copyBytes } from "@cloister/bytes";

/*
 * A key that only a passkey gives: the PRF extension of WebAuthn level 3 (an HMAC inside the authenticator,
 * over an input that the browser separates by site). The passkey signs nobody in; its challenge and its
 * public key are of no use to anybody and are thrown away.
 */

const prfInput = new TextEncoder().encode("Cloister recovery v1");
const challengeBytesCount = 32;
const userIdBytesCount = 16;
/** ECDSA with SHA-256 and RSA: what authenticators have. */
const algorithms = [-7, -257];

interface PrfOutputs {
  readonly prf?: { readonly results?: { readonly first?: BufferSource } };
}

/** Whether there is any hope; an authenticator without PRF shows only when it is used. */
export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in globalThis;
}

/**
 * Makes a passkey and takes its key, 32 bytes. The name is what password managers show: nothing about a person.
 * @throws BaseError `PASSKEY_CANCELLED`, `PASSKEY_WITHOUT_KEY`
 */
export async function createPasskey(organisation: string): Promise<Uint8Array> {
  const name = `Backup at ${organisation}`;
  const credential = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: random(challengeBytesCount),
        rp: { name: "Cloister" },
        user: { id: random(userIdBytesCount), name, displayName: name },
        pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: { prf: { eval: { first: prfInput } } },
      },
    }),
  );
  // Some authenticators give it only when the passkey is used.
  return keyOf(credential) ?? askKnown([{ type: "public-key", id: credential.rawId }]);
}

/** The key of a passkey that was made before. @throws BaseError `PASSKEY_CANCELLED`, `PASSKEY_WITHOUT_KEY` */
export function askPasskey(): Promise<Uint8Array> {
  return askKnown([]);
}

async function askKnown(allowCredentials: PublicKeyCredentialDescriptor[]): Promise<Uint8Array> {
  const credential = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(challengeBytesCount),
        allowCredentials,
        userVerification: "required",
        extensions: { prf: { eval: { first: prfInput } } },
      },
    }),
  );
  const key = keyOf(credential);
  if (key) return key;
  throw new BaseError(
    "Policy",
    "PASSKEY_WITHOUT_KEY",
    "this passkey cannot open a backup on this device; use the twelve words",
  );
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    throw cancelled(cause);
  }
  throw cancelled();
}

function cancelled(cause?: unknown): BaseError {
  return new BaseError(
    "Policy",
    "PASSKEY_CANCELLED",
    "no passkey was used; try again, or use the twelve words",
    {
      cause,
    },
  );
}

function keyOf(credential: PublicKeyCredential): Uint8Array | undefined {
  const { prf } = credential.getClientExtensionResults() as PrfOutputs;
  const first = prf?.results?.first;
  if (first === undefined) return undefined;
  return copyBytes(first instanceof ArrayBuffer ? new Uint8Array(first) : bytesOf(first));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function random(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
