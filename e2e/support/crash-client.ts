/*
 * One person as a process of its own, made to be killed at any moment and started again with the same plan.
 * It signs up once, goes on where its own durable history ends, and says as JSON lines what it shows, so
 * that a test can hold that against what is durable in the end.
 */
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { isBaseError } from "@cloister/bytes";
import type { Contact, TextMessage } from "@cloister/client";
import { openDevice } from "./crash-device.ts";
import {
  bodyOf,
  type CrashClientLine,
  type CrashClientPlan,
  isSent,
  numberOf,
  shownOf,
} from "./crash-lines.ts";

const retryMs = 200;
const tallyMs = 500;
/** A person looks at the screen once in so many own messages. */
const readEvery = 20;

const plan = JSON.parse(process.argv[2] ?? "") as CrashClientPlan;
const { client, close } = await openDevice(plan);
process.once("SIGTERM", () => void close().then(() => process.exit()));
client.subscribe((event) => {
  const shown = event.type === "message" ? shownOf(event.message) : undefined;
  if (shown) say({ event: "shown", ...shown });
});

const { displayName, invitationCode } = plan;
say({ event: "arriving" });
const isPatient = invitationCode === undefined;
const self =
  client.self() ??
  (await insist(() =>
    client.signUp({ displayName, ...(invitationCode !== undefined && { invitationCode }) }),
  ));
say({ event: "joined", account: self.account });
client.connect();
const conversation = isPatient ? await openConversation() : await awaitConversation();
const agent = await consent();
say({ event: "talking", conversation });
await talk();
for (;;) {
  await client.markRead(conversation);
  await tally();
  await pause(tallyMs);
}

function say(line: CrashClientLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Tries until the other side can be reached: it may be down just now. */
async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBaseError(error) || error.family !== "Unavailable") throw error;
      say({ event: "waiting", code: error.code });
      await pause(retryMs);
    }
  }
}

async function openConversation(): Promise<string> {
  const [known] = client.conversations();
  if (known) return known.id;
  const contacts = await insist(() => client.directory());
  const members = [contactOf(contacts, "clinician"), contactOf(contacts, "agent")];
  return (await insist(() => client.createConversation({ title: "Crash", members }))).id;
}

async function awaitConversation(): Promise<string> {
  for (;;) {
    const [known] = client.conversations();
    if (known) return known.id;
    await pause(retryMs);
  }
}

function contactOf(contacts: readonly Contact[], role: Contact["role"]): string {
  const contact = contacts.find((one) => one.role === role && one.vouched);
  if (contact === undefined) throw new Error(`no ${role} is listed`);
  return contact.account;
}

/** Lets the assistant read what is addressed to it; once. */
async function consent(): Promise<string> {
  const members = client.conversation(conversation)?.members ?? [];
  const account = members.find(({ role }) => role === "agent")?.account;
  if (account === undefined) throw new Error("the conversation has no assistant");
  await insist(() => client.grantConsent(conversation, account));
  return account;
}

async function texts(): Promise<readonly TextMessage[]> {
  const messages = await client.messages(conversation);
  return messages.filter((message) => message.kind === "text");
}

/** Sends what this device has not written yet, at a steady rate. */
async function talk(): Promise<void> {
  const written = (await texts()).filter(({ mine }) => mine).map(({ body }) => numberOf(body));
  for (let n = Math.max(-1, ...written) + 1; n < plan.messagesCount; n += 1) {
    const ask = n % plan.askEvery === plan.askAt ? agent : undefined;
    await client.sendText({
      conversation,
      body: bodyOf(n, ask !== undefined),
      ...(ask !== undefined && { ask }),
    });
    if (n % readEvery === 0) await client.markRead(conversation);
    await pause(plan.intervalMs);
  }
}

async function tally(): Promise<void> {
  const messages = await client.messages(conversation);
  const count = (fits: (message: (typeof messages)[number]) => boolean) => messages.filter(fits).length;
  say({
    event: "tally",
    sentCount: count((message) => message.kind === "text" && message.mine && isSent(message.state)),
    receivedCount: count((message) => message.kind === "text" && !message.mine),
    answersCount: count((message) => message.kind === "answer"),
  });
}
