import type { Content } from "@cloister/contracts/content";
import type { AccountId } from "@cloister/contracts/ids";
import { MemoryClientStore } from "@cloister/testkit/client-store";
import type { TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { Connector } from "../connector.ts";
import { requireContact } from "../contacts.ts";
import { type Core, takeNumbers } from "../core.ts";
import { Database, type Transaction } from "../database.ts";
import { Inbox } from "../inbox.ts";
import { enqueue } from "../outbox.ts";
import { cachedTables, keysTable, only, orderKey, outboxTable, selfTable } from "../records.ts";
import { RelayApi } from "../relay-api.ts";
import { accessTable } from "../sealing-records.ts";
import { Sender } from "../sender.ts";

/** Somebody's device in the hands of a test: it says whatever it is told to, and follows no rule. */
export class Puppet {
  readonly heard: Content[] = [];
  readonly #world: TestWorld;
  readonly #core: Core;

  /** Kills the device's process and takes its place. */
  static async of(world: TestWorld, device: TestDevice): Promise<Puppet> {
    await device.kill();
    return new Puppet(world, await Database.open(new MemoryClientStore(device.disk), cachedTables));
  }

  private constructor(world: TestWorld, database: Database) {
    const { clock, random, organisation } = world;
    const line = world.network.line();
    const relay = new RelayApi({
      http: line.http,
      relayUrl: organisation.relayUrl,
      credentials: () => {
        const address = database.find(selfTable, only);
        const keys = database.find(keysTable, only);
        return address && keys && { address, authSeed: keys.authSeed };
      },
    });
    const nothing = () => undefined;
    const core: Core = {
      database,
      clock,
      random,
      relay,
      wakeSender: () => sender.wake(),
      wakeRecorder: nothing,
      wakeMender: nothing,
      evidence: {
        standing: () => "free",
        mayOpen: () => true,
        opened: nothing,
        ask: nothing,
        asked: nothing,
        digestFor: () => undefined,
        requireOpened: nothing,
      },
      inBackground: (job) => void job().catch(nothing),
    };
    const sender = new Sender(core);
    const inbox = new Inbox({
      core,
      reduce: async (_transaction, _sender, content) => {
        this.heard.push(content);
        return undefined;
      },
      answered: async () => undefined,
      onEvidence: nothing,
    });
    new Connector({
      openSocket: line.socket,
      relay,
      clock,
      random,
      handlers: {
        onReady: (link) => {
          inbox.attach(link);
          sender.attach(link);
        },
        onDelivery: (delivery) => inbox.deliver(delivery),
        onQueueEmpty: nothing,
        onPreKeysLow: nothing,
        onEnd: nothing,
      },
      onState: nothing,
      onRevoked: nothing,
    }).start();
    this.#world = world;
    this.#core = core;
  }

  /** Resolves when the relay has it. */
  say(content: Content, to: readonly AccountId[]): Promise<void> {
    return this.#say(to, (transaction) =>
      enqueue(this.#core, transaction, { content, to, forAgents: true, lane: "puppet" }),
    );
  }

  /** Says what is no content at all. */
  sayBytes(content: Uint8Array, to: readonly AccountId[]): Promise<void> {
    return this.#say(to, async (transaction) => {
      const order = await takeNumbers(transaction, "order");
      transaction.put(outboxTable, orderKey(order), { order, lane: "puppet", content, to, forAgents: true });
      // Nothing can be put beside what is no content.
      const hintKey = new Uint8Array(32);
      for (const account of to) {
        transaction.put(accessTable, account, { account, knowsOurs: true, hintKey });
      }
      transaction.afterwards(this.#core.wakeSender);
    });
  }

  async #say(to: readonly AccountId[], put: (transaction: Transaction) => Promise<void>): Promise<void> {
    const { database } = this.#core;
    for (const account of to) await this.#world.settle(requireContact(this.#core, account));
    await database.change(put);
    await this.#world.clock.until(() => database.all(outboxTable).every(({ lane }) => lane !== "puppet"));
  }
}
