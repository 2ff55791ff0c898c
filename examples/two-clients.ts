/**
 * Two people talk through a relay that sees nothing but sealed envelopes.
 *
 *   node examples/two-clients.ts
 *
 * It starts a relay of its own. A client is the same in Node, in a browser and in the assistant: only the
 * store and the network adapters differ.
 */
import { join } from "node:path";
import process from "node:process";
import { type CloisterClient, createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed } from "@cloister/keys-file";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openClientStore } from "@cloister/store-sqlite/client";
import { startLocalStack } from "./support/local-stack.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const timeoutMs = 20_000;

const stack = await startLocalStack();
const closing: (() => Promise<void>)[] = [() => stack.stop()];

/** A device: a sealed store, a key for it, and a client on top. */
async function device(name: string): Promise<CloisterClient> {
  const store = await openClientStore({
    path: join(stack.folder, `${name}.sqlite`),
    key: await loadSeed(join(stack.folder, `${name}.key`)),
  });
  const client = await createClient({
    relayUrl: stack.relayUrl,
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
  });
  closing.push(async () => {
    await client.disconnect();
    await store.close();
  });
  return client;
}

/** Resolves with the text when somebody else's message arrives. */
function nextText(client: CloisterClient): Promise<string> {
  return new Promise((resolve) => {
    const unsubscribe = client.subscribe((event) => {
      if (event.type !== "message" || event.message.kind !== "text" || event.message.mine) return;
      unsubscribe();
      resolve(event.message.body);
    });
  });
}

try {
  const patient = await device("patient");
  const clinician = await device("clinician");
  const { account: sam } = await patient.signUp({ displayName: "Sam Rivera" });
  const { account: robin } = await clinician.signUp({
    displayName: "Dr. Robin Example",
    invitationCode: stack.invitationCode,
  });
  patient.connect();
  clinician.connect();

  // Whoever the organisation vouches for is listed; each credential was verified on this device.
  const contact = (await patient.directory()).find(({ account }) => account === robin);
  say(`${contact?.name} is a ${contact?.role}, ${contact?.vouched ? "vouched for" : "NOT vouched for"}`);

  const received = nextText(clinician);
  const { id: conversation } = await patient.createConversation({ title: "A question", members: [robin] });
  const question = await patient.sendText({ conversation, body: "Good morning, I have a question." });
  say(`Dr. Robin Example received: ${await received}`);

  const answered = nextText(patient);
  await clinician.markRead(conversation);
  await clinician.sendText({ conversation, body: "Good morning, ask away." });
  say(`Sam Rivera received: ${await answered}`);

  // In person, or by telephone: the same sixty digits on both devices, or somebody is in between.
  const [seen, shown] = [await patient.safetyNumber(robin), await clinician.safetyNumber(sam)];
  if (seen !== shown) throw new Error("the safety numbers differ");
  await patient.markVerified(robin, seen);
  say(`both see ${seen.match(/\d{5}/g)?.join(" ")}`);

  await clinician.settled(timeoutMs);
  await patient.settled(timeoutMs);
  const message = (await patient.messages(conversation)).find(({ id }) => id === question.id);
  say(`state of the message: ${message?.kind === "text" ? message.state : "unknown"}`);
} finally {
  for (const close of closing.toReversed()) await close();
}
