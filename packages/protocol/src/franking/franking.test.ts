/// <reference lib="es2023" />
import { BaseError, concatBytes, toHex, toUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Franking, NOW_MS } from "../testing/franked.ts";
import { flipped } from "../testing/group-violations.ts";
import { seededRandom } from "../testing/parties.ts";
import { EXPIRES_AT_MS } from "../testing/sealed.ts";
import { commit } from "./commitment.ts";
import { frank, openFranked, type Report, stampCommitment, verifyReport, writeReport } from "./index.ts";

const random = seededRandom("franking");
const code = (id: string) => expect.objectContaining({ code: id }) as Error;
const content = fc.uint8Array({ maxLength: 300 });

describe("a commitment", () => {
  it("opens to the content that it was made from, and to no other", () => {
    fc.assert(
      fc.property(content, fc.nat(), (bytes, at) => {
        const { plaintext, commitment } = frank(bytes, random);
        expect(openFranked(plaintext, commitment).content).toEqual(bytes);
        for (const wrong of [
          () => openFranked(flipped(plaintext, 1 + (at % (plaintext.length - 1))), commitment),
          () => openFranked(concatBytes(plaintext, Uint8Array.of(0)), commitment),
          () => openFranked(plaintext, flipped(commitment, at % 32)),
          () => openFranked(plaintext, commitment.subarray(1)),
        ]) {
          expect(wrong).toThrowError(code("FRANK-001"));
        }
      }),
    );
  });

  it("binds the key with the content: no second opening, by padding or by moving the border", () => {
    // HMAC alone pads short keys with zeros and hashes long ones, so it has equivalent keys of other lengths.
    const key = random(32);
    const text = toUtf8("a message");
    const longer = concatBytes(key, Uint8Array.of(0));
    const [first, ...rest] = text;
    const moved = concatBytes(key.subarray(1), Uint8Array.of(first ?? 0));
    expect(() => commit(text, longer)).toThrowError(code("FRANK-007"));
    expect(() => commit(text, key.subarray(1))).toThrowError(code("FRANK-007"));
    expect(commit(Uint8Array.from(rest), moved)).not.toEqual(commit(text, key));
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(content, fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes, opening) => {
        const commitment = toHex(commit(bytes, opening));
        const pair = `${toHex(opening)} ${toHex(bytes)}`;
        expect(seen.get(commitment) ?? pair).toBe(pair);
        seen.set(commitment, pair);
      }),
      { numRuns: 2000 },
    );
  });

  it("is new each time, so equal contents and guesses do not show", () => {
    const [one, other] = [frank(toUtf8("yes"), random), frank(toUtf8("yes"), random)];
    expect(one.commitment).not.toEqual(other.commitment);
    expect(toHex(one.commitment)).not.toBe(toHex(commit(toUtf8("yes"), new Uint8Array(32))));
  });
});

const kinds = ["known", "sealed"] as const;

describe.each(kinds)("a report about a %s sender", (kind) => {
  const franking = new Franking(kind);
  const report = franking[kind]("I will not treat you");
  const verify = (change: Partial<Report>, desk = franking.desk) =>
    verifyReport(writeReport({ ...report, ...change }), desk);

  it("shows the desk who wrote what to whom and when", () => {
    expect(verify({})).toEqual({
      content: toUtf8("I will not treat you"),
      sender: franking.alice.account,
      recipient: franking.bob.account,
      hourStartMs: Math.floor(NOW_MS / 3_600_000) * 3_600_000,
    });
  });

  it("FRANK-003: fails for altered content, another opening, recipient, hour or key", () => {
    const { stamp, opening, recipient } = report;
    for (const change of [
      { content: toUtf8("I will treat you") },
      { content: new Uint8Array(0) },
      { opening: flipped(opening, 0) },
      { recipient: flipped(recipient, 0) },
      { stamp: { ...stamp, hour: stamp.hour + 1 } },
      { stamp: { ...stamp, mac: flipped(stamp.mac, 31) } },
      { stamp: { ...stamp, keyId: 2 } },
    ]) {
      expect(() => verify(change)).toThrowError(code("FRANK-003"));
    }
    expect(() => verify({ stamp: { ...stamp, keyId: 9 } })).toThrowError(code("FRANK-006"));
  });

  it("FRANK-003: fails with another message's stamp, whoever wrote it", () => {
    const other = franking[kind]("another message");
    expect(() => verify({ stamp: other.stamp })).toThrowError(code("FRANK-003"));
    expect(() => verify({ stamp: franking[kind === "known" ? "sealed" : "known"]("x").stamp })).toThrowError(
      code("FRANK-003"),
    );
  });

  it("FRANK-005: is read strictly", () => {
    const bytes = writeReport(report);
    for (const damaged of [
      bytes.subarray(1),
      concatBytes(bytes, Uint8Array.of(0)),
      writeReport({ ...report, opening: report.opening.subarray(1) }),
      writeReport({ ...report, recipient: new Uint8Array(17) }),
      writeReport({ ...report, stamp: { ...report.stamp, hour: 2 ** 32 } }),
      writeReport({ ...report, sender: { ...report.sender, note: "x" } as unknown as Report["sender"] }),
      writeReport({ ...report, sender: { kind: "else" } as unknown as Report["sender"] }),
    ]) {
      expect(() => verifyReport(damaged, franking.desk)).toThrowError(code("FRANK-005"));
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (at) => {
        expect(() => verifyReport(flipped(bytes, at), franking.desk)).toThrowError(BaseError);
      }),
      { numRuns: 40 },
    );
  });

  it("opens one message only: the others stay hidden", () => {
    const other = franking[kind]("not reported");
    const bytes = toHex(writeReport(report));
    expect(bytes).not.toContain(toHex(other.opening));
    expect(() =>
      openFranked(
        concatBytes(Uint8Array.of(1), report.opening, other.content),
        commit(other.content, other.opening),
      ),
    ).toThrowError(code("FRANK-001"));
  });
});

describe("a known sender", () => {
  it("FRANK-003: cannot be swapped for another, or for none", () => {
    const franking = new Franking("swap");
    const report = franking.known("hello");
    const carol = franking.org.device(3);
    expect(() =>
      verifyReport(
        writeReport({ ...report, sender: { kind: "known", account: carol.account } }),
        franking.desk,
      ),
    ).toThrowError(code("FRANK-003"));
    const { sender } = franking.sealed("hello");
    expect(() => verifyReport(writeReport({ ...report, sender }), franking.desk)).toThrowError(
      code("FRANK-003"),
    );
  });
});

describe("a sealed sender", () => {
  const franking = new Franking("sealed sender");
  const { org, alice, bob, desk } = franking;

  /** A report with some of the sealed sender's evidence changed. */
  function altered(change: (sender: Report["sender"] & { kind: "sealed" }) => Partial<Report["sender"]>) {
    const report = franking.sealed("hello");
    if (report.sender.kind !== "sealed") throw new Error("not sealed");
    const sender = { ...report.sender, ...change(report.sender) } as Report["sender"];
    return () => verifyReport(writeReport({ ...report, sender }), desk);
  }

  it("FRANK-004: cannot be swapped for another who has a certificate", () => {
    const carol = org.device(3);
    expect(altered(() => ({ certificate: org.certificate(carol) }))).toThrowError(code("FRANK-004"));
    expect(altered(() => ({ recipientKey: carol.identityKeyPair.publicKey }))).toThrowError(
      code("FRANK-004"),
    );
    const other = franking.sealed("another");
    if (other.sender.kind !== "sealed") throw new Error("not sealed");
    const { proof } = other.sender;
    expect(altered(() => ({ proof }))).toThrowError(code("FRANK-004"));
  });

  it("SEALED-005: had to hold a certificate when the message passed, not when it is reported", () => {
    expect(altered(() => ({ certificate: org.certificate(alice, { expiresAtMs: 1 }) }))).toThrowError(
      code("SEALED-005"),
    );
    expect(EXPIRES_AT_MS).toBeLessThan(2 ** 40); // long past today, and the honest report verifies
    expect(altered(() => ({}))()).toMatchObject({ sender: alice.account });
  });

  it("FRANK-003: cannot be claimed for a message that the relay did not pass", () => {
    const { commitment } = franking.franked("never sent");
    const report = franking.sealed("hello");
    const key = { id: 3, secret: new Uint8Array(32) };
    const stamp = stampCommitment({ commitment, recipient: bob.account }, { key, nowMs: NOW_MS });
    expect(() => verifyReport(writeReport({ ...report, stamp }), desk)).toThrowError(code("FRANK-003"));
  });

  it("is refused by the recipient when the desk would refuse the report", () => {
    const carol = org.device(3);
    const other = new Franking("another desk").deskKeyPair.publicKey;
    const toCarol = { account: bob.account, identityKey: carol.identityKeyPair.publicKey };
    for (const change of [
      { identityKeyPair: carol.identityKeyPair },
      { recipient: toCarol },
      { recipient: { account: carol.account, identityKey: bob.identityKeyPair.publicKey } },
      { deskKey: other },
    ]) {
      expect(() => franking.opened(franking.franked("hello", change))).toThrowError(code("FRANK-004"));
    }
    const { plaintext, commitment } = franking.franked("hello");
    expect(() => franking.opened({ plaintext: flipped(plaintext, 1), commitment })).toThrowError(
      code("FRANK-001"),
    );
    expect(() => franking.opened({ plaintext: flipped(plaintext, 40), commitment })).toThrowError(
      code("FRANK-004"),
    );
    expect(() => franking.opened({ plaintext: plaintext.subarray(0, 100), commitment })).toThrowError(
      code("FRANK-002"),
    );
    expect(franking.opened({ plaintext, commitment }).content).toEqual(toUtf8("hello"));
  });
});
