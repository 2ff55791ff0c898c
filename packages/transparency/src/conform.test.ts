import { toBase64 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformTransparency } from "./conform.ts";
import { leafHash, nodeHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, signNote } from "./note.ts";
import { transparencyRules } from "./rules.ts";

const a = leafHash(Uint8Array.of(1));
const b = leafHash(Uint8Array.of(2));
const root = nodeHash(a, b);
const [a64, b64, root64] = [toBase64(a), toBase64(b), toBase64(root)];
const seed = new Uint8Array(32).fill(6);
const vkey = formatVerifierKey("log.example", ed25519KeyPair(seed).publicKey);
const text = signNote("hello\n", [ed25519NoteSigner("log.example", seed)]);

const inclusion = { op: "inclusion", leafHash: a64, index: 0, size: 2, proof: [b64], root: root64 };
const consistency = { op: "consistency", size1: 1, size2: 2, root1: a64, root2: root64, proof: [b64] };
const note = { op: "note", text, vkeys: [vkey] };

describe("conformance suite transparency", () => {
  it.each([[inclusion], [consistency], [note]])("finds %j valid", (request) => {
    expect(conformTransparency(request)).toEqual({ verdict: "valid" });
  });

  it.each<[string, object]>([
    ["MERKLE_RANGE", { ...inclusion, index: 2 }],
    ["MERKLE_RANGE", { ...inclusion, index: -1 }],
    ["MERKLE_RANGE", { ...inclusion, size: 2 ** 64 }],
    ["MERKLE_HASH_LENGTH", { ...inclusion, leafHash: "" }],
    ["MERKLE_HASH_LENGTH", { ...inclusion, proof: ["AAAA"] }],
    ["MERKLE_PROOF_LENGTH", { ...inclusion, proof: null }],
    ["MERKLE_PROOF_LENGTH", { ...inclusion, proof: [b64, b64] }],
    ["MERKLE_ROOT", { ...inclusion, root: b64 }],
    ["MERKLE_OLD_SIZE_ZERO", { ...consistency, size1: 0 }],
    ["MERKLE_RANGE", { ...consistency, size1: 3 }],
    ["MERKLE_PROOF_LENGTH", { ...consistency, proof: [] }],
    ["MERKLE_NEW_ROOT", { ...consistency, size1: 2, proof: [] }],
    ["MERKLE_NEW_ROOT", { ...consistency, root2: b64 }],
    ["NOTE_SIGNATURE", { ...note, text: text.replace("hello", "hallo") }],
    ["NOTE_UNSIGNED", { ...note, vkeys: [] }],
    ["VKEY_HASH", { ...note, vkeys: [`x${vkey}`] }],
  ])("names %s for %j", (reason, request) => {
    expect(conformTransparency(request)).toEqual({ verdict: "invalid", reasons: [reason] });
  });

  it.each([
    [null],
    ["inclusion"],
    [{}],
    [{ op: "exclusion" }],
    [{ ...inclusion, index: "0" }],
    [{ ...inclusion, proof: [1] }],
    [{ ...inclusion, root: "not base64" }],
    [{ ...note, vkeys: vkey }],
  ])("answers an error to %j", (request) => {
    expect(conformTransparency(request)).toHaveProperty("error");
  });

  it("says which rule a request broke", () => {
    expect(conformTransparency({})).toMatchObject({ error: "REQUEST_INVALID" });
    expect(conformTransparency({ ...inclusion, root: "AA" })).toMatchObject({ error: "BASE64_INVALID" });
  });

  it("answers anything at all, and reasons come from the table", () => {
    const request = fc.oneof(
      fc.anything(),
      fc.record({ op: fc.constant("note"), text: fc.string(), vkeys: fc.array(fc.string()) }),
    );
    fc.assert(
      fc.property(request, (value) => {
        const answer = conformTransparency(value);
        if ("verdict" in answer && answer.verdict === "invalid") {
          for (const reason of answer.reasons) expect(transparencyRules).toHaveProperty(reason);
        }
      }),
    );
  });
});
