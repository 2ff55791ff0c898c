import type { ClientStore } from "@cloister/client";
import { clientStoreConformance } from "@cloister/testkit/client-store";
import { openMemoryStore } from "./index.ts";

clientStoreConformance("memory", async () => {
  const store = openMemoryStore();
  let isClosed = false;
  /** The suite closes and opens again; in a process that lives on, the same rows are there. */
  const open = async (): Promise<ClientStore> => {
    isClosed = false;
    return {
      get: async (collection, key) =>
        isClosed ? (await closed()).get(collection, key) : store.get(collection, key),
      list: async (collection) => store.list(collection),
      commit: async (writes) => (isClosed ? (await closed()).commit(writes) : store.commit(writes)),
      erase: async () => store.erase(),
      close: async () => {
        isClosed = true;
      },
    };
  };
  const closed = async (): Promise<ClientStore> => {
    const other = openMemoryStore();
    await other.close();
    return other;
  };
  return { open, clean: async () => store.erase() };
});
