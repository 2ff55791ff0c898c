import { join } from "node:path";
import { developmentAnchors } from "@cloister/attestation/development";
import { BaseError } from "@cloister/bytes";
import { type CloisterClient, createClient, type Message } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed } from "@cloister/keys-file";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openClientStore } from "@cloister/store-sqlite/client";

const timeoutMs = 15_000;

/** Somebody with a device of their own: a client over its own sealed store. */
export interface Person {
  readonly name: string;
  readonly account: string;
  readonly client: CloisterClient;
  leave(): Promise<void>;
}

/** Makes a device in `dir`, signs up and connects. */
export async function arrive(input: {
  readonly relayUrl: string;
  readonly dir: string;
  readonly displayName: string;
  readonly invitationCode?: string;
}): Promise<Person> {
  const { relayUrl, dir, ...who } = input;
  const store = await openClientStore({
    path: join(dir, "device.sqlite"),
    key: await loadSeed(join(dir, "device.key")),
  });
  try {
    return await signUp({ relayUrl, store, who });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function signUp({
  relayUrl,
  store,
  who,
}: {
  readonly relayUrl: string;
  readonly store: Awaited<ReturnType<typeof openClientStore>>;
  readonly who: { readonly displayName: string; readonly invitationCode?: string };
}): Promise<Person> {
  const client = await createClient({
    relayUrl,
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
    anchors: developmentAnchors,
  });
  const self = await client.signUp(who);
  client.connect();
  await client.settled(timeoutMs);
  return {
    name: self.displayName,
    account: self.account,
    client,
    leave: async () => {
      await client.disconnect();
      await store.close();
    },
  };
}

/** The first message of a conversation that fits, now or when it comes. @throws BaseError `DEMO_TIMEOUT` */
export async function awaitMessage<T extends Message>(
  person: Person,
  conversation: string,
  fits: (message: Message) => message is T,
): Promise<T> {
  const { client } = person;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      unsubscribe();
      settle();
    };
    const look = async () => {
      const found = (await client.messages(conversation)).find(fits);
      if (found !== undefined) finish(() => resolve(found));
    };
    const fail = (error: unknown) => finish(() => reject(error));
    const timer = setTimeout(
      () => fail(new BaseError("Unavailable", "DEMO_TIMEOUT", `${person.name} did not receive in time`)),
      timeoutMs,
    );
    const unsubscribe = client.subscribe(() => void look().catch(fail));
    void look().catch(fail);
  });
}
