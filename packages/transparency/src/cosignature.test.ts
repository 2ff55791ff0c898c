import { fromBase64, toBase64, toUtf8 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { signCheckpoint } from "./checkpoint.ts";
import { cosigner, parseCosignatureKey, verifyCosignatures } from "./cosignature.ts";
import { leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, joinNote, parseNote, signText } from "./note.ts";

const origin = "clinic.example/log";
const name = "witness.example/w1";
const seed = new Uint8Array(32).fill(3);
const atMs = 1_679_315_147_000;
const clock = () => atMs + 321;
const checkpoint = signCheckpoint(ed25519NoteSigner(origin, new Uint8Array(32).fill(1)), {
  size: 7,
  root: leafHash(new Uint8Array()),
});
const { unverifiedText: text, signatures: byLog } = parseNote(checkpoint);

function cosigned(by: ReturnType<typeof cosigner>, body = text): string {
  return joinNote(body, [...byLog, ...signText(body, [by])]);
}

// The example of C2SP tlog-cosignature; its witness's key is not given, only the line's form.
const published = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

describe("cosignatures", () => {
  it("have the published example's shape: key hash, time, signature", () => {
    const [, line] = parseNote(published).signatures;
    expect(line?.signature).toHaveLength(8 + 64);
    expect(line?.signature.slice(0, 8)).toEqual(Uint8Array.of(0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb));
  });

  for (const algorithm of ["ed25519", "ml-dsa-44"] as const) {
    const by = cosigner({ name, seed, algorithm, clock });
    const key = parseCosignatureKey(by.vkey);

    it(`${algorithm} verify, with their time`, () => {
      expect(verifyCosignatures(cosigned(by), [key])).toEqual([{ name, vkey: by.vkey, atMs }]);
      expect(verifyCosignatures(checkpoint, [key])).toEqual([]);
      const other = cosigner({ name: "witness.example/w2", seed, algorithm, clock });
      expect(verifyCosignatures(cosigned(other), [key])).toEqual([]);
    });

    it(`${algorithm} are refused when anything is changed`, () => {
      const refused = (note: string, known = key) =>
        expect(() => verifyCosignatures(note, [known])).toThrow(
          expect.objectContaining({ code: "COSIGNATURE_INVALID" }),
        );
      refused(cosigned(by).replace("\n7\n", "\n8\n"));
      refused(cosigned(by).replace(`${origin}\n`, "other.example/log\n"));
      const [line] = signText(text, [by]);
      if (!line) throw new Error("signed");
      for (const at of [0, 7, 8, line.signature.length - 1]) {
        const signature = line.signature.with(at, (line.signature[at] ?? 0) ^ 1);
        refused(joinNote(text, [{ ...line, signature }]));
      }
      for (const length of [8, line.signature.length - 1]) {
        refused(joinNote(text, [{ ...line, signature: line.signature.slice(0, length) }]));
      }
    });

    it(`${algorithm} without a time are none`, () => {
      const timeless = cosigner({ name, seed, algorithm, clock: () => 0 });
      expect(() => verifyCosignatures(cosigned(timeless), [key])).toThrow(
        expect.objectContaining({ code: "COSIGNATURE_INVALID" }),
      );
    });
  }

  it("take keys of witnesses only", () => {
    const logKey = formatVerifierKey(origin, ed25519KeyPair(seed).publicKey);
    expect(() => parseCosignatureKey(logKey)).toThrow(expect.objectContaining({ code: "VKEY_ALGORITHM" }));
    const witnessKey = cosigner({ name, seed, algorithm: "ed25519", clock }).vkey;
    expect(fromBase64(witnessKey.split("+").slice(2).join("+"))[0]).toBe(0x04);
    expect(() => parseCosignatureKey(`${witnessKey.slice(0, -4)}${toBase64(toUtf8("abc"))}`)).toThrow(
      expect.objectContaining({ code: "VKEY_HASH" }),
    );
  });

  it("do not say which of two keys with one name and hash signed", () => {
    const by = cosigner({ name, seed, algorithm: "ed25519", clock });
    const key = parseCosignatureKey(by.vkey);
    expect(() => verifyCosignatures(cosigned(by), [key, key])).toThrow(
      expect.objectContaining({ code: "NOTE_KEY_AMBIGUOUS" }),
    );
  });

  it("by ML-DSA need names that fit", () => {
    const by = cosigner({ name: "w".repeat(256), seed, algorithm: "ml-dsa-44", clock });
    expect(() => signText(text, [by])).toThrow(expect.objectContaining({ code: "COSIGNATURE_NAME" }));
  });
});
