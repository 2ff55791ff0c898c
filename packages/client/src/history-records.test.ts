import { isBaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NoticeMessage } from "./api.ts";
import { type ArchiveRecord, decodeRecord, encodeRecord } from "./history-records.ts";

const idOf = (letter: string) => `${letter.repeat(21)}A`;
const [alice, bob, agent, conversation] = [idOf("a"), idOf("b"), idOf("c"), idOf("d")] as const;
const key = new Uint8Array(33).fill(5);
const said = { id: idOf("e"), conversation, sentAtMs: 7 };

const notice = (what: NoticeMessage["notice"]): ArchiveRecord => ({
  kind: "message",
  message: {
    message: { kind: "notice", ...said, from: bob, mine: false, position: 3, notice: what },
    reports: {},
  },
});

const ownText: ArchiveRecord = {
  kind: "message",
  message: {
    message: {
      kind: "text",
      ...said,
      from: alice,
      mine: true,
      position: 4,
      body: "?",
      state: "read",
      asked: agent,
      decision: {
        sensitivity: "sensitive",
        isCloudBarred: true,
        processor: "enclave",
        deidentify: false,
        reasons: ["HAS_NAME"],
        policyDigest: "0a".repeat(32),
      },
    },
    reports: { [bob]: "read" },
  },
};

const records: readonly ArchiveRecord[] = [
  {
    kind: "contact",
    contact: {
      account: bob,
      role: "clinician",
      name: "Dr. Bob",
      vouched: true,
      verification: "changed",
      identityKey: key,
      newIdentityKey: key,
      knowsMyName: true,
    },
  },
  {
    kind: "conversation",
    conversation: {
      id: conversation,
      title: "Knee",
      members: [
        { account: alice, role: "patient" },
        { account: agent, role: "agent" },
      ],
      openedBy: alice,
      createdAtMs: 1,
      consents: [{ agent, by: alice, granted: false, atMs: 2 }],
      unread: [{ position: 9, id: idOf("e"), from: bob }],
      routing: { sensitivity: "contextual", isCloudBarred: false, strictest: "enclave" },
    },
  },
  ownText,
  notice({ type: "created" }),
  notice({ type: "joined", account: agent }),
  notice({ type: "consent", agent, granted: true }),
  notice({ type: "identityChanged", account: alice }),
  notice({ type: "unreadable", account: alice }),
];

describe("records of an archive", () => {
  it.each(records)("come back as they were: %#", (record) => {
    expect(decodeRecord(encodeRecord(record), alice)).toEqual(record);
  });

  it("know whose messages are one's own by who reads them", () => {
    const read = decodeRecord(encodeRecord(ownText), bob);
    expect(read).toMatchObject({ message: { message: { from: alice, mine: false } } });
  });

  it("hold nothing that a conversation does not show", () => {
    const fields = decodeCbor(encodeRecord(ownText)) as Record<string, never>;
    const status = { v: 1, kind: "status", conversation: new Uint8Array(16), status: "read", ids: [] };
    for (const changed of [
      { ...fields, content: status },
      { ...fields, more: 1 },
      { ...fields, state: "lost" },
      { ...fields, position: -1 },
      { kind: "session", record: key },
    ]) {
      const bytes = encodeCbor(changed);
      expect(() => decodeRecord(bytes, alice)).toThrow(expect.objectContaining({ family: "Decode" }));
    }
  });

  it("are refused in typed errors, whatever the bytes", () => {
    const valid = records.map(encodeRecord);
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(500), fc.nat(255), (which, at, byte) => {
        const bytes = (valid[which] ?? new Uint8Array(0)).slice();
        bytes[at % bytes.length] = byte;
        try {
          decodeRecord(bytes, alice);
          return true;
        } catch (error) {
          return isBaseError(error) && error.family === "Decode";
        }
      }),
    );
  });
});
