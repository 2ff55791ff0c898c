import { fromBase64, isBaseError } from "@cloister/bytes";
import { verifyConsistency, verifyInclusion } from "./merkle.ts";
import { parseNote, parseVerifierKey, verifyNote } from "./note.ts";
import { broken, codeOf, type TransparencyCode } from "./rules.ts";

/** What the conformance driver prints for one request of the suite `transparency`. */
export type ConformAnswer =
  | { readonly verdict: "valid" }
  | { readonly verdict: "invalid"; readonly reasons: readonly TransparencyCode[] }
  | { readonly error: string; readonly message: string };

/**
 * Answers one request of the conformance suite `transparency`: operations `inclusion`, `consistency` and
 * `note`; bytes are base64. `request` is parsed JSON and untrusted.
 */
export function conformTransparency(request: unknown): ConformAnswer {
  let check: () => void;
  try {
    check = readRequest(request);
  } catch (error) {
    if (isBaseError(error)) return { error: error.code, message: error.message };
    throw error;
  }
  try {
    check();
    return { verdict: "valid" };
  } catch (error) {
    return { verdict: "invalid", reasons: [codeOf(error)] };
  }
}

function readRequest(request: unknown): () => void {
  const fields = new RequestFields(request);
  switch (fields.text("op")) {
    case "inclusion": {
      const claim = {
        leafHash: fields.bytes("leafHash"),
        index: fields.number("index"),
        size: fields.number("size"),
        proof: fields.proof(),
        root: fields.bytes("root"),
      };
      return () => verifyInclusion(claim);
    }
    case "consistency": {
      const claim = {
        size1: fields.number("size1"),
        size2: fields.number("size2"),
        root1: fields.bytes("root1"),
        root2: fields.bytes("root2"),
        proof: fields.proof(),
      };
      return () => verifyConsistency(claim);
    }
    case "note": {
      const text = fields.text("text");
      const vkeys = fields.texts("vkeys");
      return () => void verifyNote(parseNote(text), vkeys.map(parseVerifierKey));
    }
    default:
      throw broken("REQUEST_INVALID");
  }
}

/** Typed access to the fields of a request. */
class RequestFields {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(request: unknown) {
    if (typeof request !== "object" || request === null) throw broken("REQUEST_INVALID");
    this.#fields = new Map(Object.entries(request));
  }

  text(key: string): string {
    return requireText(this.#fields.get(key));
  }

  number(key: string): number {
    const value = this.#fields.get(key);
    if (typeof value !== "number") throw broken("REQUEST_INVALID");
    return value;
  }

  bytes(key: string): Uint8Array {
    return fromBase64(this.text(key));
  }

  texts(key: string): string[] {
    const value = this.#fields.get(key);
    if (!Array.isArray(value)) throw broken("REQUEST_INVALID");
    return value.map(requireText);
  }

  /** Go writes an empty list as null, and the published vectors with it. */
  proof(): Uint8Array[] {
    return this.#fields.get("proof") === null ? [] : this.texts("proof").map((hash) => fromBase64(hash));
  }
}

function requireText(value: unknown): string {
  if (typeof value !== "string") throw broken("REQUEST_INVALID");
  return value;
}
