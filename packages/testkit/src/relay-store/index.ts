import { describe } from "vitest";
import { accountTests } from "./accounts.ts";
import { type RelayStoreSite, storeBench } from "./bench.ts";
import { blobTests } from "./blobs.ts";
import { lifetimeTests } from "./lifetime.ts";
import { mailboxTests } from "./mailboxes.ts";
import { preKeyTests } from "./prekeys.ts";

export { type RelayStoreSite, storeTestAccount, storeTestDevice } from "./bench.ts";
export { MemoryRelayStore } from "./memory-relay-store.ts";

/** What every relay store must do. Call it in a test file of the adapter. */
export function relayStoreConformance(name: string, makeSite: () => Promise<RelayStoreSite>): void {
  describe(`RelayStore: ${name}`, () => {
    const at = storeBench(makeSite);
    accountTests(at);
    preKeyTests(at);
    mailboxTests(at);
    blobTests(at);
    lifetimeTests(at);
  });
}
