import { toBase64, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { Accounts, type Line } from "./accounts.ts";

const device = 1;
const plaintext = toBase64(toUtf8("hello"));

function meet(oneTime: boolean): Accounts {
  const accounts = new Accounts(systemRandom);
  for (const as of ["a", "b"]) accounts.answer({ op: "new", as });
  const bundle = accounts.answer({ op: "bundle", of: "b", oneTime });
  expect(accounts.answer({ op: "session", at: "a", with: "b", device, bundle })).toEqual({ ok: true });
  return accounts;
}

const send = (accounts: Accounts, at: string, to: string) =>
  accounts.answer({ op: "encrypt", at, to, device, plaintext });
const open = (accounts: Accounts, at: string, { from, sent }: { from: string; sent: Line }) =>
  accounts.answer({ op: "decrypt", at, from, device, ...sent });

describe("the operations of suite protocol", () => {
  it("publish a bundle in the fixed shape", () => {
    const accounts = new Accounts(systemRandom);
    accounts.answer({ op: "new", as: "a" });
    const fields = ["registrationId", "deviceId", "identityKey", "preKeyId", "preKey", "signedPreKeyId"];
    fields.push(
      "signedPreKey",
      "signedPreKeySignature",
      "kyberPreKeyId",
      "kyberPreKey",
      "kyberPreKeySignature",
    );
    expect(Object.keys(accounts.answer({ op: "bundle", of: "a", oneTime: true })).sort()).toEqual(
      fields.sort(),
    );
    const without = Object.keys(accounts.answer({ op: "bundle", of: "a", oneTime: false }));
    expect(without.sort()).toEqual(fields.filter((field) => !field.startsWith("preKey")));
  });

  it("converse, save, load and reset", () => {
    const accounts = meet(true);
    expect(open(accounts, "b", { from: "a", sent: send(accounts, "a", "b") })).toEqual({ plaintext });
    const { state } = accounts.answer({ op: "save", at: "b" });
    accounts.answer({ op: "new", as: "b" });
    expect(accounts.answer({ op: "load", as: "b", state })).toEqual({ ok: true });
    expect(accounts.answer({ op: "save", at: "b" })).toEqual({ state });
    expect(open(accounts, "a", { from: "b", sent: send(accounts, "b", "a") })).toEqual({ plaintext });
    const late = send(accounts, "a", "b");
    expect(accounts.answer({ op: "reset", at: "b", with: "a", device })).toEqual({ ok: true });
    expect(send(accounts, "b", "a")).toMatchObject({ error: "SESSION-001" });
    expect(open(accounts, "b", { from: "a", sent: late })).toEqual({ plaintext });
  });

  it("answer a failure with its rule and go on", () => {
    const accounts = meet(true);
    const sent = send(accounts, "a", "b");
    expect(open(accounts, "b", { from: "a", sent })).toEqual({ plaintext });
    expect(open(accounts, "b", { from: "a", sent })).toMatchObject({ error: "RATCHET-003" });
    expect(send(accounts, "b", "a")).toMatchObject({ type: 2 });
  });

  it("refuse a replayed first message also after the session was lost", () => {
    const accounts = meet(false);
    const sent = send(accounts, "a", "b");
    expect(open(accounts, "b", { from: "a", sent })).toEqual({ plaintext });
    // Under another name there is no session, as after the loss of the record.
    expect(open(accounts, "b", { from: "a again", sent })).toMatchObject({ error: "PQXDH-007" });
    const withOneTime = meet(true);
    const first = send(withOneTime, "a", "b");
    open(withOneTime, "b", { from: "a", sent: first });
    expect(open(withOneTime, "b", { from: "a again", sent: first })).toHaveProperty("error");
  });

  it("agree on a safety number", () => {
    const accounts = new Accounts(systemRandom);
    const a = accounts.answer({ op: "new", as: "a" });
    const b = accounts.answer({ op: "new", as: "b" });
    const [localId, remoteId] = [toBase64(toUtf8("a")), toBase64(toUtf8("b"))];
    const op = "safetyNumber";
    const left = accounts.answer({ op, at: "a", localId, remoteId, remoteIdentityKey: b["identityKey"] });
    const right = accounts.answer({
      op,
      at: "b",
      localId: remoteId,
      remoteId: localId,
      remoteIdentityKey: a["identityKey"],
    });
    expect(left["digits"]).toMatch(/^\d{60}$/);
    expect(left).toEqual(right);
  });
});
