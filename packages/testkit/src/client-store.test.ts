import { clientStoreConformance, MemoryClientStore, MemoryDisk } from "./client-store.ts";

clientStoreConformance("memory", async () => {
  const disk = new MemoryDisk();
  return { open: async () => new MemoryClientStore(disk), clean: async () => undefined };
});
