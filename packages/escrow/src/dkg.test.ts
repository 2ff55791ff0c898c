import { concatBytes, equalBytes, toHex, toUtf8 } from "@cloister/bytes";
import { sha256, sha512 } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  ristrettoBase,
  ristrettoMultiply,
  wideScalar,
} from "@cloister/crypto/ristretto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DkgBlame,
  dkgCertify,
  dkgRound1,
  dkgRound2,
  dkgStaticKey,
  recoverShare,
  verifyCertificate,
} from "./dkg.ts";
import {
  ciphersuiteId,
  dkgContext,
  encodeRound1,
  encodeTranscript,
  parseRound1,
  parseTranscript,
} from "./dkg-wire.ts";
import { weightsAtZero } from "./polynomial.ts";
import { cocktailUse, schnorrSign } from "./schnorr.ts";
import { generate, seeded, session } from "./testing/seeded.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });
const blame = (name: string, participant: number): unknown =>
  expect.objectContaining({ code: name, participant, constructor: DkgBlame });
const sizes = fc
  .record({ count: fc.integer({ min: 1, max: 5 }), threshold: fc.integer({ min: 1, max: 5 }) })
  .filter(({ count, threshold }) => threshold <= count);

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
}

/** A session up to round 1, with one participant's message replaced. */
function withMessage(replace: (message: Uint8Array, sender: number) => Uint8Array, sender = 2) {
  const random = seeded(7);
  const { setup, staticSecrets } = session({ threshold: 2, count: 3 }, random);
  const messages = staticSecrets.map((staticSecret, at) => {
    const message = dkgRound1({ setup, staticSecret }, random);
    return at + 1 === sender ? replace(message, sender) : message;
  });
  const round2 = (participant: number, extension?: Uint8Array) =>
    dkgRound2(
      { setup, staticSecret: staticSecrets[participant - 1] ?? new Uint8Array() },
      messages,
      extension,
    );
  return { setup, staticSecrets, messages, round2 };
}

describe("key generation", () => {
  it("gives shares of the group's secret, the same group for all, and each share again from its backup", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, seed) => {
        const { group, certificate, outcomes, staticSecrets } = generate(size, seeded(seed));
        outcomes.forEach(({ share, participant, bundle, transcript }, at) => {
          const element = ristrettoMultiply(decodeScalar(share) ?? 0n, ristrettoBase);
          expect(toHex(element)).toBe(toHex(group.shareKeys[participant - 1] ?? share));
          expect(equalBytes(transcript, certificate.transcript)).toBe(true);
          const staticSecret = staticSecrets[at] ?? share;
          expect(recoverShare({ staticSecret, certificate, bundle })).toEqual({ participant, share });
        });
        const chosen = outcomes.slice(-size.threshold);
        const weights = weightsAtZero(chosen.map(({ participant }) => participant));
        const secret = chosen.reduce(
          (sum, { share }, at) => sum + (weights[at] ?? 0n) * (decodeScalar(share) ?? 0n),
          0n,
        );
        expect(toHex(ristrettoMultiply(secret, ristrettoBase))).toBe(toHex(group.groupKey));
      }),
      { numRuns: 5 },
    );
  });

  it("blames who commits to more or fewer coefficients, or sends what does not parse", () => {
    const longer = (message: Uint8Array) => concatBytes(ristrettoBase, message);
    const changes = [
      longer,
      (m: Uint8Array) => m.slice(32),
      (m: Uint8Array) => concatBytes(m, ristrettoBase),
    ];
    const identity = (m: Uint8Array) => concatBytes(new Uint8Array(32), m.slice(32));
    const hugeLength = (m: Uint8Array) =>
      Uint8Array.from(m, (byte, at) => (at >= 160 && at < 168 ? 0xff : byte));
    for (const change of [...changes, identity, hugeLength, () => new Uint8Array()]) {
      const { round2 } = withMessage(change);
      expect(() => round2(1)).toThrow(blame("DKG_MESSAGE", 2));
    }
  });

  it("blames who proves no possession: another's contribution, an altered ephemeral key", () => {
    const swapped = withMessage((message) => {
      const round1 = parseRound1(message, 2, 3);
      return encodeRound1({ ...round1, commitment: [ristrettoBase, ristrettoBase] });
    });
    expect(() => swapped.round2(3)).toThrow(blame("DKG_POP", 2));
    const ephemeral = withMessage((message) =>
      encodeRound1({ ...parseRound1(message, 2, 3), ephemeralKey: ristrettoBase }),
    );
    expect(() => ephemeral.round2(1)).toThrow(blame("DKG_POP", 2));
    const random = seeded(9);
    const replayed = session({ threshold: 2, count: 3 }, random);
    const [staticSecret = new Uint8Array()] = replayed.staticSecrets;
    const old = dkgRound1({ setup: { ...replayed.setup, sessionId: random(8) }, staticSecret }, random);
    expect(() => dkgRound2({ setup: replayed.setup, staticSecret }, [old, old, old])).toThrow(
      blame("DKG_POP", 1),
    );
  });

  it("blames whose ciphertext was altered or meant for another, wherever that happens", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(47),
        (from, to, at) => {
          const altered = withMessage((message) => {
            const round1 = parseRound1(message, 2, 3);
            const ciphertexts = round1.ciphertexts.map((text, index) =>
              index === to - 1 ? flip(text, at) : text,
            );
            return encodeRound1({ ...round1, ciphertexts });
          }, from);
          expect(() => altered.round2(to)).toThrow(blame("DKG_DECRYPT", from));
        },
      ),
      { numRuns: 10 },
    );
    const exchanged = withMessage((message) => {
      const round1 = parseRound1(message, 2, 3);
      const [first = message, ...rest] = round1.ciphertexts;
      return encodeRound1({ ...round1, ciphertexts: [...rest, first] });
    });
    expect(() => exchanged.round2(1)).toThrow(blame("DKG_DECRYPT", 2));
  });

  it("blames who encrypts a share off its polynomial, for whomever it is", () => {
    const random = seeded(11);
    const { setup, staticSecrets } = session({ threshold: 2, count: 3 }, random);
    const [cheat, honest, third] = staticSecrets.map((staticSecret) => ({ setup, staticSecret }));
    if (!cheat || !honest || !third) throw new Error("there are three");
    // Encrypted by the cheat itself, under the ephemeral secret that its own stream of randomness gives.
    const stream = () => seeded(12);
    const coefficients = stream();
    const drawn = [coefficients(64), coefficients(64), coefficients(64)].map(wideScalar);
    const message = parseRound1(dkgRound1(cheat, stream()), 2, 3);
    const [constant = 0n, slope = 0n, ephemeral = 0n] = drawn;
    expect(toHex(ristrettoMultiply(ephemeral, ristrettoBase))).toBe(toHex(message.ephemeralKey));
    const context = dkgContext(setup.sessionId, setup.staticKeys);
    const bad = [constant, slope + 1n].map((a) => ristrettoMultiply(a, ristrettoBase));
    const proof = schnorrSign(cocktailUse, constant, concatBytes(context, ...bad, message.ephemeralKey));
    const sent = encodeRound1({ ...message, commitment: bad, proof });
    const messages = [sent, dkgRound1(honest, random), dkgRound1(third, random)];
    for (const recipient of [honest, third]) {
      expect(() => dkgRound2(recipient, messages)).toThrow(blame("DKG_SHARE", 1));
    }
  });

  it("ends without a certificate under a split view, another extension or a missing signature", () => {
    const { round2, staticSecrets } = withMessage((message) => message);
    const [mine, other] = [round2(1).transcript, round2(2, toUtf8("another")).transcript];
    const sign = (which: (at: number) => Uint8Array) =>
      staticSecrets.map((secret, at) => dkgCertify(secret, which(at)));
    const split = sign((at) => (at === 1 ? other : mine));
    expect(() => verifyCertificate({ transcript: mine, signatures: split })).toThrow(
      blame("DKG_CERTIFICATE", 2),
    );
    const all = sign(() => mine);
    expect(verifyCertificate({ transcript: mine, signatures: all }).threshold).toBe(2);
    const short = { transcript: mine, signatures: all.slice(1) };
    expect(() => verifyCertificate(short)).toThrow(code("DKG_CERTIFICATE"));
    expect(() => verifyCertificate({ transcript: mine, signatures: [...all, ...all] })).toThrow(
      code("DKG_TRANSCRIPT"),
    );
  });

  it("refuses setups out of bounds", () => {
    const { setup, staticSecrets } = session({ threshold: 2, count: 3 }, seeded(1));
    const [staticSecret = new Uint8Array()] = staticSecrets;
    const [first = ristrettoBase] = setup.staticKeys;
    const wrong = [
      { ...setup, threshold: 0 },
      { ...setup, threshold: 4 },
      { ...setup, threshold: 1.5 },
      { ...setup, staticKeys: [first, first, ristrettoBase] },
      { ...setup, staticKeys: [first, ristrettoBase, new Uint8Array(32)] },
      { ...setup, staticKeys: [ristrettoBase] },
    ];
    for (const bad of wrong) {
      expect(() => dkgRound1({ setup: bad, staticSecret }, seeded(1))).toThrow(code("DKG_SETUP"));
    }
    expect(() => dkgStaticKey(new Uint8Array(32))).toThrow(code("DKG_SETUP"));
    expect(() => dkgRound2({ setup, staticSecret }, [])).toThrow(code("DKG_MESSAGE"));
  });

  it("recovers from nothing but a whole backup of its own", () => {
    const { certificate, outcomes, staticSecrets } = generate({ threshold: 2, count: 3 }, seeded(3));
    const [staticSecret = new Uint8Array()] = staticSecrets;
    const [bundle = new Uint8Array(), others = new Uint8Array()] = outcomes.map((outcome) => outcome.bundle);
    const recover = (change: object) => () => recoverShare({ staticSecret, certificate, bundle, ...change });
    expect(recover({ bundle: others })).toThrow(blame("DKG_DECRYPT", 1));
    expect(recover({ bundle: bundle.slice(1) })).toThrow(code("DKG_MESSAGE"));
    expect(recover({ bundle: concatBytes(bundle, bundle) })).toThrow(code("DKG_MESSAGE"));
    expect(recover({ staticSecret: encodeScalar(5n) })).toThrow(code("DKG_SETUP"));
    const { transcript, signatures } = certificate;
    expect(recover({ certificate: { transcript: flip(transcript, 60), signatures } })).toThrow(
      code("DKG_CERTIFICATE"),
    );
    for (const bad of [flip(transcript, 9), transcript.slice(1), concatBytes(transcript, Uint8Array.of(0))]) {
      expect(recover({ certificate: { transcript: bad, signatures } })).toThrow(code("DKG_TRANSCRIPT"));
    }
    expect(encodeTranscript(parseTranscript(transcript))).toEqual(transcript);
  });
});

describe("the deterministic inputs of appendix B", () => {
  // The published outputs are JSON files elsewhere; the text gives the derivation of the inputs only, and leaves
  // open how a label becomes a stream of randomness.
  const seed = sha256(toUtf8("Daniel Bourdrez,Soatok Dreamseeker,Tjaden Hess"));

  it.each([
    [2, 3],
    [3, 5],
    [7, 14],
  ])("make a session of %i of %i that certifies", (threshold, count) => {
    expect(toHex(seed)).toBe("b171b6992cc6db1f40b18dd8b1361d642f013e4b1208a735259a516af60dcb68");
    const little = (value: number) => Uint8Array.of(value, 0, 0, 0);
    const derive = (label: string) =>
      sha512(concatBytes(seed, toUtf8(ciphersuiteId), little(threshold), little(count), toUtf8(label)));
    const labels = Array.from({ length: count }, (_, at) => at + 1);
    const secrets = labels.map((at) => encodeScalar(wideScalar(derive(`static_secret_key_${at}`))));
    const setup = {
      threshold,
      staticKeys: secrets.map(dkgStaticKey),
      sessionId: toUtf8(`COCKTAIL-DKG-TEST-VECTOR-${threshold}-OF-${count}`),
    };
    const messages = secrets.map((staticSecret, at) =>
      dkgRound1({ setup, staticSecret }, seeded(...derive(`round1_participant_${at + 1}`))),
    );
    // Every encrypted share is 48 bytes without a payload.
    expect(messages[0]?.length).toBe(32 * threshold + 64 + 32 + count * (8 + 48));
    const [first = new Uint8Array()] = secrets;
    const { transcript } = dkgRound2({ setup, staticSecret: first }, messages);
    const signatures = secrets.map((secret) => dkgCertify(secret, transcript));
    expect(verifyCertificate({ transcript, signatures }).shareKeys).toHaveLength(count);
  });
});
