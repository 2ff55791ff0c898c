import { fromBase64Url } from "@cloister/bytes";
import { RelayError } from "./errors.ts";

/** Bytes of a request: the schema fixed the length, canonical form is checked here. @throws RelayError `REQUEST_INVALID` */
export function canonicalBytes(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw new RelayError("REQUEST_INVALID", { message: "bytes must be canonical base64url", cause });
  }
}
