import { fromBase64, isBaseError } from "@cloister/bytes";
import { JsonFields } from "./json-fields.ts";
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
  const fields = new JsonFields(request, "REQUEST_INVALID");
  const bytes = (key: string) => fromBase64(fields.text(key));
  // Go writes an empty list as null, and the published vectors with it.
  const proof = () =>
    fields.value("proof") === null ? [] : fields.texts("proof").map((hash) => fromBase64(hash));
  switch (fields.text("op")) {
    case "inclusion": {
      const [index, size] = [fields.number("index"), fields.number("size")];
      const claim = { leafHash: bytes("leafHash"), index, size, proof: proof(), root: bytes("root") };
      return () => verifyInclusion(claim);
    }
    case "consistency": {
      const [size1, size2] = [fields.number("size1"), fields.number("size2")];
      const claim = { size1, size2, root1: bytes("root1"), root2: bytes("root2"), proof: proof() };
      return () => verifyConsistency(claim);
    }
    case "note": {
      const [text, vkeys] = [fields.text("text"), fields.texts("vkeys")];
      return () => void verifyNote(parseNote(text), vkeys.map(parseVerifierKey));
    }
    default:
      throw broken("REQUEST_INVALID");
  }
}
