/// <reference types="node" />
import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt, publicEncrypt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openEnvelopedData,
  type RecipientKey,
  readEnvelopedData,
  sealEnvelopedData,
} from "./enveloped-data.ts";

const folder = new URL("../../../../../shared/vectors/attestation/kms/", import.meta.url);
const present = existsSync(folder);
if (!present)
  process.stderr.write("keys: ../shared/vectors/attestation/kms is missing, its samples are skipped\n");
const load = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" } as const;
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const recipientKey: RecipientKey = async (key) => privateDecrypt({ key: pair.privateKey, ...oaep }, key);
const seal = (plaintext: Uint8Array, form?: "constructed" | "primitive") =>
  sealEnvelopedData({
    plaintext,
    keyId: new Uint8Array(32),
    encryptKey: (key) => publicEncrypt({ key: pair.publicKey, ...oaep }, key),
    random: systemRandom,
    ...(form && { form }),
  });

describe.skipIf(!present)("samples of AWS KMS and OpenSSL", () => {
  interface Sample {
    readonly file: string;
    readonly expect?: Readonly<Record<string, string>>;
    readonly privateKey?: string;
    readonly plaintext?: string;
  }
  const index = new URL("../index.json", folder);
  const { kms } = present ? (JSON.parse(readFileSync(index, "utf8")) as { kms: Sample[] }) : { kms: [] };

  it.each(kms)("$file", async ({ file, expect: expected = {}, privateKey, plaintext }) => {
    const message = load(file);
    const read = readEnvelopedData(message);
    const hex = {
      encryptedKey: toHex(read.encryptedKey),
      iv: toHex(read.iv),
      ciphertext: toHex(read.ciphertext),
    };
    expect(hex).toMatchObject(expected);
    if (privateKey === undefined || plaintext === undefined) return;
    const key = createPrivateKey(readFileSync(new URL(privateKey, folder)));
    const open = openEnvelopedData(message, async (sealed) => privateDecrypt({ key, ...oaep }, sealed));
    expect(await open).toEqual(load(plaintext));
  });
});

describe("enveloped data", () => {
  it.each(["constructed", "primitive"] as const)("opens in its %s form", async (form) => {
    const plaintext = systemRandom(32);
    expect(await openEnvelopedData(seal(plaintext, form), recipientKey)).toEqual(plaintext);
  });

  it("is refused when it ends anywhere before its end, or goes on after it", () => {
    const message = seal(systemRandom(32));
    for (let at = 0; at < message.length; at += 1) {
      expect(() => readEnvelopedData(message.subarray(0, at))).toThrowError(
        expect.objectContaining({ code: "CMS_FORMAT" }),
      );
    }
    expect(() => readEnvelopedData(Uint8Array.of(...message, 0))).toThrowError(
      expect.objectContaining({ code: "CMS_FORMAT" }),
    );
  });

  it("is read or refused by its rule, whatever the bytes", () => {
    const message = seal(systemRandom(32));
    const changed = fc
      .tuple(fc.nat(message.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => message.map((byte, index) => (index === at ? byte ^ by : byte)));
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          readEnvelopedData(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "CMS_FORMAT" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("bounds nesting", () => {
    const deep = new Uint8Array(4000).map((_, at) => (at % 2 === 0 ? 0x30 : 0x80));
    expect(() => readEnvelopedData(deep)).toThrowError(expect.objectContaining({ code: "CMS_FORMAT" }));
  });

  it("fails in one way for another key and for broken padding", async () => {
    const message = seal(systemRandom(32));
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const wrongKey = openEnvelopedData(message, async (key) =>
      privateDecrypt({ key: other.privateKey, ...oaep }, key),
    );
    await expect(wrongKey).rejects.toMatchObject({ code: "KEY_UNWRAP" });
    const shortKey = openEnvelopedData(message, async () => new Uint8Array(16));
    await expect(shortKey).rejects.toMatchObject({ code: "KEY_UNWRAP" });
    const wrongPadding = openEnvelopedData(message, async () => new Uint8Array(32).fill(9));
    // One in 256 random paddings is valid by chance; what comes out then is caught by the check value.
    const outcome: unknown = await wrongPadding.catch((error: unknown) => error);
    if (!(outcome instanceof Uint8Array)) expect(outcome).toMatchObject({ code: "KEY_UNWRAP" });
  });
});
