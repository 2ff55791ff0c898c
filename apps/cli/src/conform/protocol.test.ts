import { fromBase64, toBase64, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import type { Fields } from "./fields.ts";
import { ProtocolSuite } from "./protocol.ts";

const device = 1;
const plaintext = toBase64(toUtf8("hello"));

/** A bundle as devices without a post-quantum key publish it. */
function classic({
  kyberPreKeyId: _id,
  kyberPreKey: _key,
  kyberPreKeySignature: _signature,
  ...rest
}: Fields) {
  return rest;
}

/** A suite with accounts a and b, and a session from a to b. */
function meet(oneTime = true, minimum = "spqr"): { suite: ProtocolSuite; bundle: Fields } {
  const suite = new ProtocolSuite(systemRandom, () => 0);
  for (const as of ["a", "b"]) suite.answer({ op: "new", as, minimum });
  const full = suite.answer({ op: "bundle", of: "b", oneTime }) as Fields;
  const bundle = minimum === "v3" ? classic(full) : full;
  expect(suite.answer({ op: "session", at: "a", with: "b", device, bundle })).toEqual({ ok: true });
  return { suite, bundle };
}

const send = (suite: ProtocolSuite, at: string, to: string) =>
  suite.answer({ op: "encrypt", at, to, device, plaintext }) as { type: number; message: string };
const open = (suite: ProtocolSuite, at: string, from: string, sent: object) =>
  suite.answer({ op: "decrypt", at, from, device, ...sent });
const refused = (suite: ProtocolSuite, request: Fields, code: string) =>
  expect(() => suite.answer(request)).toThrow(expect.objectContaining({ code }));

describe("suite protocol", () => {
  it("publishes bundles in the fixed shape", () => {
    const suite = new ProtocolSuite(systemRandom, () => 0);
    const made = suite.answer({ op: "new", as: "a" });
    const bundle = suite.answer({ op: "bundle", of: "a", oneTime: true }) as Fields;
    expect(Object.keys(bundle)).toEqual([
      "registrationId",
      "deviceId",
      "identityKey",
      "preKeyId",
      "preKey",
      "signedPreKeyId",
      "signedPreKey",
      "signedPreKeySignature",
      "kyberPreKeyId",
      "kyberPreKey",
      "kyberPreKeySignature",
    ]);
    expect(made).toEqual({ identityKey: bundle["identityKey"], registrationId: bundle["registrationId"] });
    expect(fromBase64(String(bundle["preKey"]))[0]).toBe(0x05);
    expect(fromBase64(String(bundle["kyberPreKey"]))).toHaveLength(1569);
    const without = suite.answer({ op: "bundle", of: "a", oneTime: false });
    expect(without).not.toHaveProperty("preKey");
    expect(without).not.toHaveProperty("preKeyId");
  });

  it("converses, saves, loads and resets", () => {
    const { suite } = meet();
    const first = send(suite, "a", "b");
    expect(first.type).toBe(3);
    expect(open(suite, "b", "a", first)).toEqual({ plaintext });
    const { state } = suite.answer({ op: "save", at: "b" }) as { state: string };
    suite.answer({ op: "new", as: "b" });
    expect(suite.answer({ op: "load", as: "b", state })).toEqual({ ok: true });
    expect(suite.answer({ op: "save", at: "b" })).toEqual({ state });
    const reply = send(suite, "b", "a");
    expect(reply.type).toBe(2);
    expect(open(suite, "a", "b", reply)).toEqual({ plaintext });
    const late = send(suite, "a", "b");
    expect(suite.answer({ op: "reset", at: "b", with: "a", device })).toEqual({ ok: true });
    refused(suite, { op: "encrypt", at: "b", to: "a", device, plaintext }, "SESSION-001");
    expect(open(suite, "b", "a", late)).toEqual({ plaintext });
  });

  it.each([
    ["v3", 0x33],
    ["pqxdh", 0x44],
    ["spqr", 0x44],
  ])("converses and comes back with minimum %s", (minimum, versionByte) => {
    const { suite } = meet(true, minimum);
    for (let turn = 0; turn < 3; turn += 1) {
      for (const [from, to] of [
        ["a", "b"],
        ["b", "a"],
      ] as const) {
        const sent = send(suite, from, to);
        expect(fromBase64(sent.message)[0]).toBe(versionByte);
        const { state } = suite.answer({ op: "save", at: to }) as { state: string };
        suite.answer({ op: "load", as: to, state });
        expect(open(suite, to, from, sent)).toEqual({ plaintext });
        refused(suite, { op: "decrypt", at: to, from, device, ...sent }, "RATCHET-003");
      }
    }
  });

  it("refuses less than an account's minimum, and less than it had before", () => {
    const { suite, bundle } = meet(true, "v3");
    suite.answer({ op: "new", as: "c" });
    refused(suite, { op: "session", at: "c", with: "b", device, bundle }, "PROTOCOL_VERSION");
    const ofC = classic(suite.answer({ op: "bundle", of: "c", oneTime: true }) as Fields);
    suite.answer({ op: "session", at: "a", with: "c", device, bundle: ofC });
    const old = send(suite, "a", "c");
    refused(suite, { op: "decrypt", at: "c", from: "a", device, ...old }, "PROTOCOL_VERSION");
    const full = suite.answer({ op: "bundle", of: "b", oneTime: true }) as Fields;
    suite.answer({ op: "session", at: "a", with: "b", device, bundle: full });
    refused(suite, { op: "session", at: "a", with: "b", device, bundle: classic(full) }, "DOWNGRADE-001");
  });

  it("loads nothing that was changed or cut", () => {
    const { suite } = meet();
    const { state } = suite.answer({ op: "save", at: "b" }) as { state: string };
    const bytes = fromBase64(state);
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      for (const hostile of [changed, bytes.subarray(0, at)]) {
        refused(suite, { op: "load", as: "b", state: toBase64(hostile) }, "STATE_INVALID");
      }
    }
    expect(suite.answer({ op: "save", at: "b" })).toEqual({ state });
  });

  it("gives a session up that nobody answers for 30 days", () => {
    let nowMs = 0;
    const suite = new ProtocolSuite(systemRandom, () => nowMs);
    for (const as of ["a", "b"]) suite.answer({ op: "new", as });
    const bundle = suite.answer({ op: "bundle", of: "b", oneTime: true });
    suite.answer({ op: "session", at: "a", with: "b", device, bundle });
    nowMs = 30 * 86_400_000;
    send(suite, "a", "b");
    nowMs += 1;
    refused(suite, { op: "encrypt", at: "a", to: "b", device, plaintext }, "SESSION-001");
  });

  it("goes on after a rollback of either side, and says what was there before", () => {
    const { suite } = meet();
    open(suite, "b", "a", send(suite, "a", "b"));
    open(suite, "a", "b", send(suite, "b", "a"));
    const saved = (at: string) => (suite.answer({ op: "save", at }) as { state: string }).state;
    const older = { a: saved("a"), b: saved("b") };
    const lost = send(suite, "a", "b");
    open(suite, "b", "a", lost);
    // The sender forgot: its next message is under another ratchet key of the same turn.
    suite.answer({ op: "load", as: "a", state: older.a });
    refused(suite, { op: "decrypt", at: "b", from: "a", device, ...send(suite, "a", "b") }, "RATCHET-006");
    // The receiver forgot too: nothing was opened before, as far as it knows.
    suite.answer({ op: "load", as: "b", state: older.b });
    expect(open(suite, "b", "a", lost)).toEqual({ plaintext });
    suite.answer({ op: "reset", at: "a", with: "b", device });
    const bundle = suite.answer({ op: "bundle", of: "b", oneTime: true });
    suite.answer({ op: "session", at: "a", with: "b", device, bundle });
    expect(open(suite, "b", "a", send(suite, "a", "b"))).toEqual({ plaintext });
    expect(open(suite, "a", "b", send(suite, "b", "a"))).toEqual({ plaintext });
  });

  it("refuses a first message again after all sessions were forgotten", () => {
    const { suite } = meet(false);
    const first = send(suite, "a", "b");
    open(suite, "b", "a", first);
    suite.answer({ op: "forget", at: "b", with: "a", device });
    refused(suite, { op: "decrypt", at: "b", from: "a", device, ...first }, "PQXDH-007");
  });

  it("uses the last resort again, a one-time prekey once", () => {
    const last = meet(false);
    for (const as of ["c", "d"]) {
      last.suite.answer({ op: "new", as });
      last.suite.answer({ op: "session", at: as, with: "b", device, bundle: last.bundle });
      expect(open(last.suite, "b", as, send(last.suite, as, "b"))).toEqual({ plaintext });
    }
    const once = meet(true);
    expect(open(once.suite, "b", "a", send(once.suite, "a", "b"))).toEqual({ plaintext });
    once.suite.answer({ op: "new", as: "c" });
    once.suite.answer({ op: "session", at: "c", with: "b", device, bundle: once.bundle });
    const message = send(once.suite, "c", "b");
    refused(once.suite, { op: "decrypt", at: "b", from: "c", device, ...message }, "PQXDH-005");
  });

  it("changes nothing when a step fails", () => {
    const { suite } = meet();
    open(suite, "b", "a", send(suite, "a", "b"));
    open(suite, "a", "b", send(suite, "b", "a"));
    const sent = send(suite, "a", "b");
    const forged = fromBase64(sent.message);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const before = suite.answer({ op: "save", at: "b" });
    const bad = { op: "decrypt", at: "b", from: "a", device, type: sent.type, message: toBase64(forged) };
    refused(suite, bad, "RATCHET-001");
    expect(suite.answer({ op: "save", at: "b" })).toEqual(before);
    expect(open(suite, "b", "a", sent)).toEqual({ plaintext });
    refused(suite, { op: "decrypt", at: "b", from: "a", device, ...sent }, "RATCHET-003");
  });

  it("shows both sides the same safety number", () => {
    const suite = new ProtocolSuite(systemRandom, () => 0);
    const key = (as: string) => (suite.answer({ op: "new", as }) as { identityKey: string }).identityKey;
    const keys = { a: key("a"), b: key("b") };
    const [a, b] = [toBase64(toUtf8("a")), toBase64(toUtf8("b"))];
    const seen = suite.answer({
      op: "safetyNumber",
      at: "a",
      localId: a,
      remoteId: b,
      remoteIdentityKey: keys.b,
    });
    const shown = suite.answer({
      op: "safetyNumber",
      at: "b",
      localId: b,
      remoteId: a,
      remoteIdentityKey: keys.a,
    });
    expect(seen).toEqual(shown);
    expect(seen).toMatchObject({ digits: expect.stringMatching(/^\d{60}$/) });
  });

  it.each([
    [{ op: "sing" }, "OPERATION_UNKNOWN"],
    [{}, "FIELD_INVALID"],
    [{ op: "new", as: 7 }, "FIELD_INVALID"],
    [{ op: "new", as: "x", minimum: "v2" }, "MINIMUM_UNKNOWN"],
    [{ op: "new", as: "x", minimum: 3 }, "MINIMUM_UNKNOWN"],
    [{ op: "bundle", of: "nobody" }, "ACCOUNT_UNKNOWN"],
    [{ op: "bundle", of: "a", oneTime: "yes" }, "FIELD_INVALID"],
    [{ op: "session", at: "a", with: "b", device, bundle: [] }, "FIELD_INVALID"],
    [{ op: "session", at: "a", with: "b", device, bundle: {} }, "WIRE-003"],
    [{ op: "session", at: "a", with: "b", device: "1", bundle: {} }, "FIELD_INVALID"],
    [{ op: "encrypt", at: "a", to: "b", device, plaintext: "@" }, "BASE64_INVALID"],
    [{ op: "encrypt", at: "a", to: "z", device, plaintext }, "SESSION-001"],
    [{ op: "decrypt", at: "a", from: "b", device, type: 4, message: "" }, "MESSAGE_TYPE"],
    [{ op: "decrypt", at: "a", from: "b", device, type: 3, message: "" }, "WIRE-001"],
    [{ op: "load", as: "a", state: "AAAA" }, "STATE_INVALID"],
  ])("refuses %j with %s", (request, code) => {
    refused(meet().suite, request, code);
  });

  it("refuses a bundle that lacks a field or is forged, also over an earlier session", () => {
    const { suite, bundle } = meet();
    const session = (changed: Fields) => ({ op: "session", at: "a", with: "b", device, bundle: changed });
    const { identityKey: _, ...nameless } = bundle;
    refused(suite, session(nameless), "WIRE-003");
    refused(suite, session({ ...bundle, kyberPreKey: null }), "WIRE-003");
    refused(suite, session(classic(bundle)), "PROTOCOL_VERSION");
    const other = suite.answer({ op: "bundle", of: "b", oneTime: true }) as Fields;
    refused(suite, session({ ...bundle, signedPreKey: other["signedPreKey"] }), "PQXDH-001");
    refused(suite, session({ ...bundle, kyberPreKey: other["kyberPreKey"] }), "PQXDH-002");
    suite.answer({ op: "new", as: "b" });
    refused(suite, session(suite.answer({ op: "bundle", of: "b" }) as Fields), "IDENTITY-001");
  });
});
