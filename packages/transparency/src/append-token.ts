import { concatBytes, fromBase64Url, toBase64Url, toUtf8 } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { broken } from "./rules.ts";

const label = toUtf8("Cloister append token v1\0");
const maxTokenCharacters = 256;
const subjectBytesCount = 16;
const version = 1;

/** Who may append, for how long. */
export interface AppendToken {
  /** 16 random bytes, fresh for each token: the log learns that a member appends, not which. */
  readonly subject: Uint8Array;
  readonly expiresAtMs: number;
}

/**
 * Makes the bearer token with which an endpoint appends to the log: base64url(CBOR) "." base64url(signature).
 * @param input.seed Ed25519 seed of the relay's token key, 32 bytes
 * @throws BaseError `TOKEN_FORMAT`, `CRYPTO_LENGTH`
 */
export function signAppendToken(input: AppendToken & { readonly seed: Uint8Array }): string {
  const body = encodeCbor({ v: version, aud: "log", sub: input.subject, exp: input.expiresAtMs });
  readBody(body);
  return `${toBase64Url(body)}.${toBase64Url(ed25519Sign(input.seed, concatBytes(label, body)))}`;
}

/**
 * Verifies a bearer token. `text` is untrusted.
 * @param publicKey Ed25519, 32 bytes: the relay's
 * @throws BaseError `TOKEN_FORMAT`, `TOKEN_SIGNATURE`, `TOKEN_EXPIRED`
 */
export function verifyAppendToken(text: string, publicKey: Uint8Array, nowMs: number): AppendToken {
  const { body, signature } = split(text);
  if (!ed25519Verify({ publicKey, message: concatBytes(label, body), signature })) {
    throw broken("TOKEN_SIGNATURE");
  }
  const token = readBody(body);
  if (nowMs >= token.expiresAtMs) throw broken("TOKEN_EXPIRED");
  return token;
}

function split(text: string): { body: Uint8Array; signature: Uint8Array } {
  const [body, signature, ...rest] = text.split(".");
  if (text.length > maxTokenCharacters || body === undefined || signature === undefined || rest.length > 0) {
    throw broken("TOKEN_FORMAT");
  }
  try {
    return { body: fromBase64Url(body), signature: fromBase64Url(signature) };
  } catch (cause) {
    throw broken("TOKEN_FORMAT", cause);
  }
}

function readBody(body: Uint8Array): AppendToken {
  try {
    const fields = readMap(decodeCbor(body));
    if (fields.uint("v") !== version) throw broken("TOKEN_FORMAT");
    fields.oneOf("aud", ["log"]);
    const token = {
      subject: fields.bytes("sub", { length: subjectBytesCount }),
      expiresAtMs: fields.uint("exp"),
    };
    fields.end();
    return token;
  } catch (cause) {
    throw broken("TOKEN_FORMAT", cause);
  }
}
