import { MemoryClientStore, MemoryDisk } from "@cloister/testkit/client-store";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.ts";
import { Database } from "./database.ts";
import type { Link, SendOutcome } from "./link.ts";
import {
  type ContactRecord,
  cachedTables,
  contactsTable,
  only,
  orderKey,
  outboxTable,
  type SelfRecord,
  selfTable,
} from "./records.ts";
import { Sender } from "./sender.ts";

const [own, other] = ["a".repeat(22), "b".repeat(22)] as const;
const order = 1;

/** A device with one sealed row in its outbox. */
async function openOutbox(): Promise<Database> {
  const database = await Database.open(new MemoryClientStore(new MemoryDisk()), cachedTables);
  const envelope = { account: other, device: 1, id: new Uint8Array(16), payload: new Uint8Array(64) };
  await database.change(async (transaction) => {
    transaction.put(selfTable, only, { account: own, device: 1 } as SelfRecord);
    transaction.put(contactsTable, other, { account: other, devices: [1] } as unknown as ContactRecord);
    const row = { order, lane: "", content: new Uint8Array(1), to: [other], forAgents: false };
    transaction.put(outboxTable, orderKey(order), { ...row, envelopes: [envelope] });
  });
  return database;
}

/** A link whose sends are answered by hand. */
function linkByHand(): { readonly link: Link; readonly answers: ((outcome: SendOutcome) => void)[] } {
  const answers: ((outcome: SendOutcome) => void)[] = [];
  const send = () => new Promise<SendOutcome>((resolve) => answers.push(resolve));
  return { link: { send } as unknown as Link, answers };
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("the sender", () => {
  it("goes on over the next link when it learns late that the one before was lost", async () => {
    const database = await openOutbox();
    const clock = { nowMs: () => 0, after: () => () => undefined };
    const core = { database, clock, inBackground: (job: () => Promise<void>) => void job() };
    const sender = new Sender(core as unknown as Core);
    const [first, second] = [linkByHand(), linkByHand()];
    sender.attach(first.link);
    await rest();
    expect(first.answers).toHaveLength(1);
    sender.detach();
    sender.attach(second.link);
    first.answers[0]?.({ type: "lost" });
    await rest();
    expect(second.answers).toHaveLength(1);
    second.answers[0]?.({ type: "accepted" });
    await rest();
    expect(database.all(outboxTable)).toEqual([]);
  });
});
