/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { equalBytes, fromBase64, fromHex, toBase64, toHex } from "@cloister/bytes";
import { describe, expect, it, vi } from "vitest";
import type * as index from "./index.ts";
import type { Primitives } from "./primitives.ts";

// The whole face over both implementations, against published vectors. A checkout without the vectors
// skips these; crypto.test.ts still holds the RFC's own constants.
const folder = new URL("../../../../shared/vectors/protocol/", import.meta.url);
const present = existsSync(folder);
if (!present) {
  process.stderr.write("crypto: ../shared/vectors/protocol is missing, vector tests are skipped\n");
}

function load(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
}

interface Case {
  readonly tcId: number;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly flags: readonly string[];
}
interface Group<C> {
  readonly keySize?: number | string;
  readonly ivSize?: number | string;
  readonly tagSize?: number | string;
  readonly publicKey?: { readonly pk: string };
  readonly tests: readonly C[];
}

/** Wycheproof's groups, flattened; each case keeps its group. */
function wycheproof<C>(name: string, keep: (group: Group<C>) => boolean = () => true) {
  const { testGroups } = load(name) as { testGroups: readonly Group<C & Case>[] };
  const cases = testGroups
    .filter((group) => keep(group))
    .flatMap((group) => group.tests.map((test) => ({ group, ...test })));
  expect(cases.length).toBeGreaterThan(20);
  return cases;
}

type Face = typeof index;

/** Loads index.ts anew over one implementation; `callsCount` proves that the face used that one. */
async function faceOver(primitives: Primitives): Promise<{ face: Face; calls: { count: number } }> {
  const calls = { count: 0 };
  const counted = new Proxy(primitives, {
    get(target, name: keyof Primitives) {
      calls.count += 1;
      return target[name];
    },
  });
  vi.resetModules();
  vi.doMock("#primitives", () => ({ primitives: counted }));
  return { face: await import("./index.ts"), calls };
}

const { primitives: native } = await import("./primitives.node.ts");
const { primitives: noble } = await import("./primitives.web.ts");
const faces = [
  { name: "node", ...(await faceOver(native)) },
  { name: "web", ...(await faceOver(noble)) },
];

/** The hex of the result, or the code of the error. */
function outcome(operation: () => Uint8Array): string {
  try {
    return toHex(operation());
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.skipIf(!present).each(faces)("published vectors over primitives.$name", ({ face, calls }) => {
  it("Wycheproof HMAC-SHA256", () => {
    for (const test of wycheproof<{ key: string; msg: string; tag: string }>("hmac_sha256_test")) {
      const mac = face.hmacSha256(fromHex(test.key), fromHex(test.msg));
      const tag = fromHex(test.tag);
      expect([test.tcId, equalBytes(mac.subarray(0, tag.length), tag)]).toEqual([
        test.tcId,
        test.result === "valid",
      ]);
    }
  });

  it("Wycheproof HKDF-SHA256", () => {
    type Hkdf = { ikm: string; salt: string; info: string; size: number; okm: string };
    for (const test of wycheproof<Hkdf>("hkdf_sha256_test")) {
      const input = { ikm: fromHex(test.ikm), salt: fromHex(test.salt), info: fromHex(test.info) };
      const okm = outcome(() => face.hkdfSha256({ ...input, lengthBytes: test.size }));
      expect([test.tcId, okm]).toEqual([test.tcId, test.result === "valid" ? test.okm : "CRYPTO_LENGTH"]);
    }
  });

  it("Wycheproof AES-256-CBC with PKCS#7", () => {
    type Cbc = { key: string; iv: string; msg: string; ct: string };
    for (const test of wycheproof<Cbc>("aes_cbc_pkcs5_test", (group) => Number(group.keySize) === 256)) {
      const common = { key: fromHex(test.key), iv: fromHex(test.iv) };
      const opened = outcome(() => face.aesCbcDecrypt({ ...common, ciphertext: fromHex(test.ct) }));
      const valid = test.result === "valid";
      expect([test.tcId, opened]).toEqual([test.tcId, valid ? test.msg : "DECRYPT_FAILED"]);
      if (valid) expect(toHex(face.aesCbcEncrypt({ ...common, plaintext: fromHex(test.msg) }))).toBe(test.ct);
    }
  });

  it("Wycheproof AES-256-GCM, nonces of 12 bytes", () => {
    type Gcm = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string };
    const usual = (group: Group<Gcm>) => Number(group.keySize) === 256 && Number(group.ivSize) === 96;
    for (const test of wycheproof<Gcm>("aes_gcm_test", usual)) {
      const common = {
        key: fromHex(test.key),
        nonce: fromHex(test.iv),
        associatedData: fromHex(test.aad),
      };
      const sealed = test.ct + test.tag;
      const opened = outcome(() => face.aesGcmOpen({ ...common, ciphertext: fromHex(sealed) }));
      const valid = test.result === "valid";
      expect([test.tcId, opened]).toEqual([test.tcId, valid ? test.msg : "DECRYPT_FAILED"]);
      if (valid) expect(toHex(face.aesGcmSeal({ ...common, plaintext: fromHex(test.msg) }))).toBe(sealed);
    }
  });

  it("Wycheproof AES-256-GCM-SIV", () => {
    type Siv = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string };
    const usual = (group: Group<Siv>) => Number(group.keySize) === 256;
    for (const test of wycheproof<Siv>("aes_gcm_siv_test", usual)) {
      const common = {
        key: fromHex(test.key),
        nonce: fromHex(test.iv),
        associatedData: fromHex(test.aad),
      };
      const sealed = test.ct + test.tag;
      const opened = outcome(() => face.aesGcmSivOpen({ ...common, ciphertext: fromHex(sealed) }));
      const valid = test.result === "valid";
      expect([test.tcId, opened]).toEqual([test.tcId, valid ? test.msg : "DECRYPT_FAILED"]);
      if (valid) expect(toHex(face.aesGcmSivSeal({ ...common, plaintext: fromHex(test.msg) }))).toBe(sealed);
    }
  });

  it("Wycheproof X25519", () => {
    for (const test of wycheproof<{ public: string; private: string; shared: string }>("x25519_test")) {
      const publicKey = fromHex(test.public);
      const shared = outcome(() => face.x25519(fromHex(test.private), publicKey));
      const zero = test.flags.includes("ZeroSharedSecret");
      expect([test.tcId, shared]).toEqual([test.tcId, zero ? "X25519_ALL_ZERO" : test.shared]);
      const canonical = !test.flags.includes("NonCanonicalPublic") && (publicKey[31] ?? 0) < 128;
      if (!canonical) expect([test.tcId, face.isTorsionFreeX25519(publicKey)]).toEqual([test.tcId, false]);
      if (test.flags.includes("NonCanonicalPublic")) expect(face.isCanonicalX25519(publicKey)).toBe(false);
      if (test.flags.includes("Twist")) expect(face.isTorsionFreeX25519(publicKey)).toBe(false);
    }
  });

  it("Wycheproof Ed25519", () => {
    for (const test of wycheproof<{ msg: string; sig: string }>("ed25519_test")) {
      const publicKey = fromHex(test.group.publicKey?.pk ?? "");
      const signed = { publicKey, message: fromHex(test.msg), signature: fromHex(test.sig) };
      expect([test.tcId, face.ed25519Verify(signed)]).toEqual([test.tcId, test.result === "valid"]);
    }
  });

  it("Wycheproof ML-KEM-1024", () => {
    type Kem = { seed: string; ek?: string; c: string; K: string };
    for (const test of wycheproof<Kem>("mlkem_1024_test")) {
      const seed = fromHex(test.seed);
      if (seed.length !== 64) {
        expect(outcome(() => face.mlKem1024KeyPair(() => seed).publicKey)).toBe("CRYPTO_RANDOM");
        continue;
      }
      const { privateKey, publicKey } = face.mlKem1024KeyPair(() => seed);
      const secret = outcome(() => face.mlKem1024Decapsulate({ privateKey, ciphertext: fromHex(test.c) }));
      const valid = test.result === "valid";
      expect([test.tcId, secret]).toEqual([test.tcId, valid ? test.K : "MLKEM_CIPHERTEXT"]);
      if (valid && test.ek !== undefined) expect(toHex(publicKey)).toBe(test.ek);
    }
  });

  it("Wycheproof ML-KEM-768", () => {
    type Kem = { seed: string; ek?: string; c: string; K: string };
    for (const test of wycheproof<Kem>("mlkem_768_test")) {
      const seed = fromHex(test.seed);
      if (seed.length !== 64) {
        expect(outcome(() => face.mlKem768KeyPair(seed).publicKey)).toBe("CRYPTO_LENGTH");
        continue;
      }
      const { privateKey, publicKey } = face.mlKem768KeyPair(seed);
      const secret = outcome(() => face.mlKem768Decapsulate({ privateKey, ciphertext: fromHex(test.c) }));
      const valid = test.result === "valid";
      expect([test.tcId, secret]).toEqual([test.tcId, valid ? test.K : "MLKEM_CIPHERTEXT"]);
      if (valid && test.ek !== undefined) expect(toHex(publicKey)).toBe(test.ek);
    }
  });

  it("ML-KEM-768 in two parts, as Signal's ratchet sends it", () => {
    const of = (text: string | undefined) => fromBase64(text ?? "");
    const { splitEncapsulation, ekValidation } = load("spqr") as {
      splitEncapsulation: Record<string, string>[];
      ekValidation: Record<string, string>[];
    };
    expect([splitEncapsulation.length, ekValidation.length]).toEqual([4, 3]);
    for (const vector of splitEncapsulation) {
      const message = of(vector["m"]);
      const key = face.splitMlKem768Key(face.mlKem768KeyPair(of(vector["keySeed"])));
      const { ct1, sharedSecret } = face.mlKem768EncapsulateU(key.header, message);
      const ct2 = face.mlKem768EncapsulateV(key, message);
      const ours = { header: key.header, ekVector: key.vector, ct1, ct2, kemSecret: sharedSecret };
      for (const [name, bytes] of Object.entries(ours)) expect(toBase64(bytes)).toBe(vector[name]);
    }
    for (const { header, ekVector, why } of ekValidation) {
      const key = { header: of(header), vector: of(ekVector) };
      const code = outcome(() => face.mlKem768EncapsulateV(key, new Uint8Array(32)));
      expect([why, code === "MLKEM_PUBLIC_KEY"]).toEqual([why, why !== "good"]);
    }
  });

  it("RFC 7748 section 5.2, a thousand iterations", () => {
    let scalar = fromHex(`09${"00".repeat(31)}`);
    let u = scalar;
    for (let i = 0; i < 1000; i += 1) {
      const next = face.x25519(scalar, u);
      u = scalar;
      scalar = next;
    }
    const { x25519_iterated: expected } = load("rfc_basic") as { x25519_iterated: { out: string } };
    expect(toHex(scalar)).toBe(expected.out);
  });

  it("XEdDSA as Signal's clients sign and verify", () => {
    const { vectors: java } = load("xeddsa_curve25519java") as { vectors: Record<string, string> };
    const privateKey = new Uint8Array(32);
    privateKey[8] = 189;
    const message = new Uint8Array(200);
    const signature = face.xeddsaSign({ privateKey, message, random: (n) => new Uint8Array(n) });
    expect(toHex(signature)).toBe(java["curvesigs.signature_correct"]);

    const { curve25519_xeddsa: rust } = load("rust_unit_vectors") as {
      curve25519_xeddsa: Record<string, string>;
    };
    const of = (name: string) => fromHex(rust[name] ?? "");
    expect(toHex(face.x25519(of("alice_private"), of("bob_public")))).toBe(rust["shared"]);
    expect(toHex(face.x25519PublicKey(of("alice_identity_private")))).toBe(rust["alice_identity_public"]);
    const signed = { publicKey: of("alice_identity_public"), message: of("alice_ephemeral_public") };
    expect(face.xeddsaVerify({ ...signed, signature: of("alice_signature") })).toBe(true);
    for (let i = 0; i < 64; i += 1) {
      const flipped = of("alice_signature");
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      expect(face.xeddsaVerify({ ...signed, signature: flipped })).toBe(false);
    }
  });

  it("all of which went through this implementation", () => {
    expect(calls.count).toBeGreaterThan(1000);
  });
});
