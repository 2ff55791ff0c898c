import { fromBase64, isBaseError, toUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ed25519NoteSigner,
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from "./note.ts";
import { transparencyRules } from "./rules.ts";

// Keys and signatures of the examples in Go's golang.org/x/mod/sumdb/note (BSD-3-Clause) and C2SP signed-note.
const peterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const peterSeed = fromBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").slice(1);
const enochKey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const text =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const peterLine =
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const enochLine =
  "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

function open(note: string, ...vkeys: string[]) {
  return verifyNote(parseNote(note), vkeys.map(parseVerifierKey));
}

function corrupt(line: string): string {
  return `${line.slice(0, 60)}ABCD${line.slice(60)}`;
}

describe("verifier keys", () => {
  it("are read and written as C2SP and Go do", () => {
    const { name, keyHash } = parseVerifierKey(peterKey);
    expect([name, keyHash]).toEqual(["PeterNeumann", 0xc74f20a3]);
    expect(formatVerifierKey("PeterNeumann", fromBase64(peterKey.slice(22)).slice(1))).toBe(peterKey);
    parseVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  });

  it("are refused in every mangled form that Go's test makes", () => {
    const refused = (vkey: string) => expect(() => parseVerifierKey(vkey)).toThrow(/rule broken/);
    for (let i = 0; i <= peterKey.length; i += 1) {
      for (let j = i + 1; j <= peterKey.length; j += 1) {
        if (i !== 0 || j !== peterKey.length) refused(peterKey.slice(i, j));
      }
    }
    for (let i = 0; i < peterKey.length; i += 1) {
      const next = String.fromCodePoint((peterKey.codePointAt(i) ?? 0) + 1);
      refused(peterKey.slice(0, i) + next + peterKey.slice(i + 1));
    }
  });

  it.each([
    ["VKEY_FORMAT", "PeterNeumann"],
    ["VKEY_FORMAT", "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    ["VKEY_FORMAT", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n"],
    ["VKEY_NAME", "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    ["VKEY_FORMAT", "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="],
    ["VKEY_ALGORITHM", "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEA=="],
    ["VKEY_ALGORITHM", "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    ["VKEY_HASH", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
  ])("break %s: %s", (code, vkey) => {
    expect(() => parseVerifierKey(vkey)).toThrow(expect.objectContaining({ code }));
  });
});

describe("signed notes", () => {
  it("are signed byte for byte as Go signs them", () => {
    const signer = ed25519NoteSigner("PeterNeumann", peterSeed);
    expect(signNote(text, [signer])).toBe(`${text}\n${peterLine}`);
  });

  it("verify with the C2SP example key, empty lines in the text included", () => {
    const example =
      "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    expect(open(example, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").text).toBe(
      "This is an example message.\n",
    );
    const signer = ed25519NoteSigner("PeterNeumann", peterSeed);
    expect(open(signNote("a\n\nb\n\n", [signer]), peterKey).text).toBe("a\n\nb\n\n");
  });

  it("count trusted keys and ignore others", () => {
    const note = `${text}\n${peterLine}${enochLine}`;
    expect(open(note, peterKey).signers).toEqual(["PeterNeumann"]);
    expect(open(note, peterKey, enochKey).signers).toEqual(["PeterNeumann", "EnochRoot"]);
    const repeated = `${text}\n${peterLine}${peterLine}${enochLine}${corrupt(enochLine)}`;
    expect(open(repeated, peterKey).signers).toEqual(["PeterNeumann"]);
  });

  const many = `${text}\n${peterLine.repeat(101)}`;
  it.each<[string, string, string[]]>([
    ["NOTE_UNSIGNED", `${text}\n${peterLine}${enochLine}`, []],
    ["NOTE_UNSIGNED", `${text}\n${peterLine.replace("PeterNeumann", "CarmenSandiego")}`, [peterKey]],
    ["NOTE_UNSIGNED", `${text}\n${peterLine.replace("x08g", "xxxx")}`, [peterKey]],
    ["NOTE_SIGNATURE", `${text}\n${corrupt(peterLine)}`, [peterKey]],
    ["NOTE_SIGNATURE", `${text}\n${peterLine}${corrupt(peterLine)}`, [peterKey]],
    ["NOTE_SIGNATURE", `${text}more\n\n${peterLine}`, [peterKey]],
    ["NOTE_KEY_AMBIGUOUS", `${text}\n${enochLine}`, [enochKey, peterKey, enochKey]],
    ["NOTE_TOO_LARGE", many, [peterKey]],
    ["NOTE_TOO_LARGE", many, []],
    ["NOTE_TOO_LARGE", `${"a".repeat(1_000_000)}\n\n${peterLine}`, [peterKey]],
    ["NOTE_FORMAT", text, [peterKey]],
    ["NOTE_FORMAT", `${text}\n`, [peterKey]],
    ["NOTE_FORMAT", `${text}\n${peterLine.slice(0, -1)}`, [peterKey]],
    ["NOTE_CONTROL", `\u0001${text}\n${peterLine}`, [peterKey]],
    ["NOTE_CONTROL", `\ud800${text}\n${peterLine}`, [peterKey]],
    ["NOTE_CONTROL", `${text}\n${peterLine.replace("\n", "\r\n")}`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n${peterLine.replace("PeterNeumann", "Bad Name")}`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n${peterLine.replace("PeterNeumann", "Bad+Name")}`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n${peterLine.replace("\u2014", "-")}`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n${peterLine.replace("nAM=", "nAN=")}`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n\u2014 PeterNeumann x08gow==\n`, [peterKey]],
    ["NOTE_SIGNATURE_LINE", `${text}\n${peterLine}Unexpected line.\n`, [peterKey]],
  ])("break %s: %j", (code, note, vkeys) => {
    expect(() => open(note, ...vkeys)).toThrow(expect.objectContaining({ code }));
  });

  it("are not made of text that cannot be a note's", () => {
    const signer = ed25519NoteSigner("PeterNeumann", peterSeed);
    for (const bad of ["abc", "a\u0001\n", "\ud800\n"])
      expect(() => signNote(bad, [signer])).toThrow(/rule broken/);
    expect(() => signNote(text, [])).toThrow(expect.objectContaining({ code: "NOTE_FORMAT" }));
    expect(() => signNote(text, [{ ...signer, name: "bad name" }])).toThrow(
      expect.objectContaining({ code: "NOTE_SIGNATURE_LINE" }),
    );
  });

  it("fail with one of this package's codes, whatever is done to them", () => {
    const note = `${text}\n${peterLine}`;
    const edit = fc.record({
      at: fc.nat(note.length),
      remove: fc.nat(3),
      insert: fc.string({ unit: "binary", maxLength: 3 }),
    });
    fc.assert(
      fc.property(edit, ({ at, remove, insert }) => {
        const edited = note.slice(0, at) + insert + note.slice(at + remove);
        try {
          expect(open(edited, peterKey).text).toBe(text);
        } catch (error) {
          if (!isBaseError(error)) throw error;
          expect(transparencyRules).toHaveProperty(error.code);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("round-trip any text that a note may hold", () => {
    const signer = ed25519NoteSigner("PeterNeumann", peterSeed);
    const line = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(line, (value) => {
        const signed = signNote(`${value}\n`, [signer]);
        expect(toUtf8(open(signed, peterKey).text)).toEqual(toUtf8(`${value}\n`));
      }),
      { numRuns: 50 },
    );
  });
});
