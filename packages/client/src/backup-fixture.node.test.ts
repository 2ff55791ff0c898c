/// <reference types="node" />
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { RecoverySecret } from "./backup-api.ts";
import { filePieces, openBackup } from "./backup-archive.ts";
import { recoveryKeys } from "./backup-keys.ts";
import { type ArchiveRecord, decodeRecord } from "./history-records.ts";

/** Made by version 1 and never again: whatever comes later has to read it. */
const fixture = await readFile(new URL("testing/backup-v1.cloister", import.meta.url));
const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";

async function read(secret: RecoverySecret) {
  const file = { read: async (offset: number, length: number) => fixture.subarray(offset, offset + length) };
  const { person, records } = await openBackup(recoveryKeys(secret), filePieces(file));
  const decoded: ArchiveRecord[] = [];
  for await (const bytes of records) decoded.push(decodeRecord(bytes, person.account));
  return { person, decoded };
}

describe("a backup of version 1", () => {
  it.each<RecoverySecret>([
    { way: "phrase", phrase },
    { way: "passkey", key: new Uint8Array(32).fill(9) },
  ])("opens with its $way", async (secret) => {
    const { person, decoded } = await read(secret);
    expect(person).toMatchObject({
      role: "patient",
      displayName: "Alice Example",
      organisation: { name: "Test clinic" },
      recipients: [{ way: "phrase" }, { way: "passkey" }],
      isKeptAtRelay: false,
      conversationsCount: 1,
    });
    const contacts = decoded.flatMap((record) => (record.kind === "contact" ? [record.contact] : []));
    expect(contacts).toContainEqual(
      expect.objectContaining({ name: "Dr. Bob Example", role: "clinician", verification: "verified" }),
    );
    const conversations = decoded.flatMap((record) => (record.kind === "conversation" ? [record] : []));
    expect(conversations).toMatchObject([{ conversation: { title: "Knee", consents: [] } }]);
    const messages = decoded.flatMap((record) => (record.kind === "message" ? [record.message.message] : []));
    expect(messages).toMatchObject([
      { kind: "notice", notice: { type: "created" } },
      { kind: "text", body: "It hurts.", mine: true, state: "read" },
      { kind: "text", body: "Since when?", mine: false },
      { kind: "notice", notice: { type: "consent", granted: true } },
      { kind: "text", body: "May I run?" },
      { kind: "answer", answer: { outcome: "abstained" } },
    ]);
  });
});
