import { concatBytes, fromHex, toUtf8 } from "@cloister/bytes";
import * as edwards from "@cloister/crypto/edwards-group";
import { describe, expect, it } from "vitest";
import { generateKeyPair } from "../keys.ts";
import { seededRandom } from "../testing/parties.ts";
import { proveEither, type Witness } from "./either-proof.ts";
import {
  checkProof,
  checkProofAsDesk,
  checkProofAsRecipient,
  clausesOf,
  contextOf,
  PROOF_BYTES,
  proveSender,
  type Tags,
  writeProof,
} from "./sender-proof.ts";

const random = seededRandom("sender proof");
const code = (id: string) => expect.objectContaining({ code: id }) as Error;
const [sender, recipient, desk] = [generateKeyPair(random), generateKeyPair(random), generateKeyPair(random)];
const subject = {
  senderKey: sender.publicKey,
  recipientKey: recipient.publicKey,
  deskKey: desk.publicKey,
  message: toUtf8("a commitment"),
};
const nextScalar = () => edwards.randomScalar(random);

const asRecipient = (proof: Uint8Array) => () => checkProofAsRecipient(proof, subject, recipient);
const asDesk = (proof: Uint8Array) => () => checkProofAsDesk(proof, subject, desk);
const asAnybody = (proof: Uint8Array) => () => checkProof(proof, subject);

/** A pair of a fresh key and its tag: made for a public key, or from a logarithm that the forger chose. */
function tag(forKey?: Uint8Array) {
  const secret = nextScalar();
  const ephemeral = edwards.groupMultiply(secret, edwards.groupBase);
  if (!forKey)
    return { secret, ephemeral: edwards.groupMultiply(nextScalar(), edwards.groupBase), tag: ephemeral };
  const element = edwards.groupElement(forKey.subarray(1));
  if (!element) throw new Error("no element");
  return { secret, ephemeral, tag: edwards.groupMultiply(secret, element) };
}

/** A tag made with a secret key instead, whose logarithm its maker knows. */
function tagWith(privateKey: Uint8Array) {
  const factor = nextScalar();
  const secret = edwards.scalar(factor * edwards.groupSecret(privateKey));
  return {
    factor,
    secret,
    ephemeral: edwards.groupMultiply(factor, edwards.groupBase),
    tag: edwards.groupMultiply(secret, edwards.groupBase),
  };
}

type Tag = ReturnType<typeof tag>;

function forge(deskTag: Tag, recipientTag: Tag, witnesses: readonly [Witness, Witness]): Uint8Array {
  const tags: Tags = {
    deskEphemeral: deskTag.ephemeral,
    deskTag: deskTag.tag,
    recipientEphemeral: recipientTag.ephemeral,
    recipientTag: recipientTag.tag,
  };
  const [authorship, addressing] = clausesOf(subject, tags);
  const proven = [
    [authorship, witnesses[0]],
    [addressing, witnesses[1]],
  ] as const;
  return writeProof(tags, proveEither(proven, contextOf(subject, tags), nextScalar));
}

describe("a proof of authorship", () => {
  const proof = proveSender(subject, sender, random);

  it("convinces the recipient and the desk", () => {
    expect(proof).toHaveLength(PROOF_BYTES);
    for (const check of [asRecipient, asDesk, asAnybody]) expect(check(proof)).not.toThrow();
  });

  it("convinces nobody when anything in it, or what it is about, is another", () => {
    for (let at = 0; at < PROOF_BYTES; at += 11) {
      const damaged = Uint8Array.from(proof, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(asAnybody(damaged)).toThrowError(code("FRANK-004"));
    }
    const other = generateKeyPair(random).publicKey;
    for (const change of [
      { senderKey: other },
      { recipientKey: other },
      { deskKey: other },
      { message: toUtf8("another commitment") },
    ]) {
      expect(() => checkProof(proof, { ...subject, ...change })).toThrowError(code("FRANK-004"));
    }
    expect(asAnybody(proof.subarray(1))).toThrowError(code("FRANK-004"));
  });

  it("is new each time and survives a random source that repeats itself", () => {
    const stuck = (length: number) => new Uint8Array(length).fill(7);
    const one = proveSender(subject, sender, stuck);
    const other = proveSender({ ...subject, message: toUtf8("else") }, sender, stuck);
    for (let at = 0; at < PROOF_BYTES; at += 32) {
      expect(one.subarray(at, at + 32)).not.toEqual(other.subarray(at, at + 32));
    }
    expect(() => proveSender(subject, sender, () => new Uint8Array(63))).toThrowError(code("KEY-001"));
  });

  it("KEY-004: is not made or checked for keys outside the group", () => {
    const lowOrder = concatBytes(Uint8Array.of(5), new Uint8Array(32));
    expect(() => proveSender({ ...subject, deskKey: lowOrder }, sender, random)).toThrowError(
      code("KEY-004"),
    );
    expect(() => checkProof(proof, { ...subject, senderKey: lowOrder })).toThrowError(code("KEY-004"));
  });
});

// What Tyagi et al. call universal deniability, and deniability when a receiver's or the judge's key is
// compromised: each of these forgeries passes every check that its forger could be shown to make.
describe("deniability of a proof", () => {
  it("anybody can make one up that convinces all who hold neither secret key", () => {
    const [deskTag, recipientTag] = [tag(), tag()];
    const forged = forge(deskTag, recipientTag, [
      { side: 1, secret: deskTag.secret },
      { side: 1, secret: recipientTag.secret },
    ]);
    expect(asAnybody(forged)).not.toThrow();
    expect(asRecipient(forged)).toThrowError(code("FRANK-004"));
    expect(asDesk(forged)).toThrowError(code("FRANK-004"));
  });

  it("whoever has the recipient's key can make one up that only the desk tells from a true one", () => {
    const [deskTag, recipientTag] = [tag(), tagWith(recipient.privateKey)];
    const forged = forge(deskTag, recipientTag, [
      { side: 1, secret: deskTag.secret },
      { side: 1, secret: recipientTag.secret },
    ]);
    expect(asAnybody(forged)).not.toThrow();
    expect(asRecipient(forged)).not.toThrow();
    expect(asDesk(forged)).toThrowError(code("FRANK-004"));
  });

  it("whoever has the desk's key can make one up for everybody, so a desk that publishes one proves nothing", () => {
    const [deskTag, recipientTag] = [tagWith(desk.privateKey), tag(subject.recipientKey)];
    const forged = forge(deskTag, recipientTag, [
      { side: 1, secret: deskTag.secret },
      { side: 0, secret: deskTag.factor },
    ]);
    for (const check of [asRecipient, asDesk, asAnybody]) expect(check(forged)).not.toThrow();
  });
});

describe("accountability of a proof", () => {
  it("the recipient, who can forge for outsiders, cannot frame a sender before the desk", () => {
    // To pass the desk, deskTag must be made for its key; then only the sender's secret proves authorship.
    const [deskTag, recipientTag] = [tag(subject.deskKey), tagWith(recipient.privateKey)];
    for (const secret of [deskTag.secret, edwards.groupSecret(recipient.privateKey), nextScalar()]) {
      for (const side of [0, 1] as const) {
        const forged = forge(deskTag, recipientTag, [
          { side, secret },
          { side: 0, secret: deskTag.secret },
        ]);
        expect(asDesk(forged)).toThrowError(code("FRANK-004"));
      }
    }
  });

  it("a sender cannot write what the recipient accepts and the desk refuses", () => {
    // To pass the recipient, recipientTag must be made for their key; then a false deskTag has no proof.
    const [deskTag, recipientTag] = [tag(), tag(subject.recipientKey)];
    for (const secret of [recipientTag.secret, deskTag.secret, nextScalar()]) {
      for (const side of [0, 1] as const) {
        const forged = forge(deskTag, recipientTag, [
          { side: 0, secret: edwards.groupSecret(sender.privateKey) },
          { side, secret },
        ]);
        expect(asRecipient(forged)).toThrowError(code("FRANK-004"));
      }
    }
  });

  it("the identity, whose logarithm is zero for everybody, is refused as a tag", () => {
    const identity = fromHex(`01${"00".repeat(31)}`);
    const nothing = { secret: 0n, ephemeral: identity, tag: identity };
    const zero = [
      { side: 1, secret: 0n },
      { side: 0, secret: 0n },
    ] as const;
    // Without the check this would be made for every desk and every recipient, by anybody.
    expect(asDesk(forge(nothing, nothing, zero))).toThrowError(code("FRANK-004"));
    expect(asAnybody(forge(nothing, tag(), zero))).toThrowError(code("FRANK-004"));
  });
});
