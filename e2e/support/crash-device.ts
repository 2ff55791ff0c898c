import { join } from "node:path";
import { developmentAnchors } from "@cloister/attestation/development";
import { type CloisterClient, createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed } from "@cloister/keys-file";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openClientStore } from "@cloister/store-sqlite/client";

export interface Device {
  readonly client: CloisterClient;
  readonly close: () => Promise<void>;
}

/** A client over the sealed store in `dir`; made where there is none. */
export async function openDevice({
  dir,
  relayUrl,
}: {
  readonly dir: string;
  readonly relayUrl: string;
}): Promise<Device> {
  const store = await openClientStore({
    path: join(dir, "device.sqlite"),
    key: await loadSeed(join(dir, "device.key")),
  });
  const client = await createClient({
    relayUrl,
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
    anchors: developmentAnchors,
  });
  return {
    client,
    close: async () => {
      await client.disconnect();
      await store.close();
    },
  };
}
