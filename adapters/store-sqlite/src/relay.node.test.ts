import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryRelayStore, relayStoreConformance } from "@cloister/testkit/relay-store";
import { openRelayStore } from "./relay.ts";

relayStoreConformance("in memory", async () => {
  const store = new MemoryRelayStore();
  return { open: async () => store, clean: async () => {} };
});

relayStoreConformance("SQLite", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cloister-relay-"));
  const onFatal = (error: Error) => {
    throw error;
  };
  return {
    open: () => openRelayStore({ dir, onFatal, ballastBytes: 0 }),
    clean: () => rm(dir, { recursive: true }),
  };
});
