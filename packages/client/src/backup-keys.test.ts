import { toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openKey, recipientOf, recoveryKeys, sealKey } from "./backup-keys.ts";
import { checkRecoveryPhrase, newRecoveryPhrase, phraseEntropy } from "./backup-phrase.ts";

/** A vector of BIP 39 itself (Trezor): 16 bytes of 0x7f. */
const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";

describe("a recovery phrase", () => {
  it("is BIP 39, in whatever way somebody writes it", () => {
    const entropy = "7f".repeat(16);
    expect(toHex(phraseEntropy(phrase))).toBe(entropy);
    const numbered = phrase.split(" ").map((word, at) => `${at + 1}. ${word.toUpperCase()}`);
    expect(toHex(phraseEntropy(`\n${numbered.join("\n")}  `))).toBe(entropy);
  });

  it("is twelve words from 128 random bits", () => {
    const words = newRecoveryPhrase((count) => new Uint8Array(count).fill(0x7f));
    expect(words).toBe(phrase);
    expect(newRecoveryPhrase(systemRandom)).not.toBe(newRecoveryPhrase(systemRandom));
    expect(checkRecoveryPhrase(newRecoveryPhrase(systemRandom))).toEqual({ outcome: "right" });
  });

  it.each([
    ["wunner", ["winner"]],
    ["winer", ["wine", "winner", "winter"]],
    ["wniner", ["winner"]],
    ["winnerr", ["winner"]],
    ["winneresque", ["winner"]],
    ["quixotic", []],
  ])("names the word that is not in the list, and what it may have been: %s", (word, suggestions) => {
    const unknown = [{ place: 2, word, suggestions }];
    expect(checkRecoveryPhrase(phrase.replace("winner", word))).toEqual({ outcome: "words", unknown });
  });

  it("names each of several", () => {
    const check = checkRecoveryPhrase(phrase.replace("sausage", "sausge").replace("useful", "usefull"));
    expect(check).toMatchObject({ unknown: [{ place: 6 }, { place: 8, suggestions: ["useful"] }] });
  });

  it("tells too few and too many, and two that were exchanged", () => {
    expect(checkRecoveryPhrase("")).toEqual({ outcome: "count", count: 0 });
    expect(checkRecoveryPhrase(phrase.slice(0, -7))).toEqual({ outcome: "count", count: 11 });
    expect(checkRecoveryPhrase(`${phrase} ${phrase}`)).toEqual({ outcome: "count", count: 24 });
    const swapped = phrase.replace("year wave", "wave year");
    expect(checkRecoveryPhrase(swapped)).toEqual({ outcome: "checksum" });
    expect(() => phraseEntropy(swapped)).toThrow(expect.objectContaining({ code: "PHRASE_INVALID" }));
  });
});

describe("recovery keys", () => {
  const secret = { way: "phrase", phrase } as const;
  const key = new Uint8Array(32).fill(5);

  it("are the same each time, and others for each way and secret", () => {
    const [first, again] = [recoveryKeys(secret), recoveryKeys(secret)];
    expect(first).toEqual(again);
    const others = [
      recoveryKeys({ way: "phrase", phrase: newRecoveryPhrase(systemRandom) }),
      recoveryKeys({ way: "passkey", key: new Uint8Array(32).fill(0x7f) }),
    ];
    for (const other of others)
      expect(recipientOf("phrase", other)).not.toEqual(recipientOf("phrase", first));
    // What a phrase gives must never change: it is on paper.
    expect(toHex(first.authority.publicKey)).toBe(
      "6d893ab12e27d5564487caf172afa2170565a2bbb34b249bcc2b49a11ddb08ac",
    );
    expect(toHex(first.agreement.publicKey)).toBe(
      "8fac51852e80a5936a9248e938ee1754d5312cdda03c814d1398c97e58cecb5d",
    );
  });

  it("open what was sealed for them, and nothing that was changed", () => {
    const keys = recoveryKeys(secret);
    const stanza = sealKey(systemRandom, recipientOf("phrase", keys), key);
    expect(openKey(keys, stanza)).toEqual(key);
    expect(openKey(recoveryKeys({ way: "passkey", key }), stanza)).toBeUndefined();
    const fields = ["ephemeral", "ciphertext", "sealedKey"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.nat(10_000),
        fc.integer({ min: 0, max: 7 }),
        (field, at, bit) => {
          const bytes = stanza[field].slice();
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
          // X25519 ignores the top bit of a public key, but the wrapping key is bound to it.
          return openKey(keys, { ...stanza, [field]: bytes }) === undefined;
        },
      ),
      { numRuns: 40 },
    );
  });

  it("take a passkey's 32 bytes only", () => {
    const short = { way: "passkey", key: new Uint8Array(31) } as const;
    expect(() => recoveryKeys(short)).toThrow(expect.objectContaining({ code: "PASSKEY_INVALID" }));
  });
});
