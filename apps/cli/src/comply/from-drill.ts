import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBaseError, toHex } from "@cloister/bytes";
import type { AnswerMessage } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { searchFolder } from "../demo/marker.ts";
import { arrive, awaitMessage, type Person } from "../demo/person.ts";
import { invite } from "../organisation.ts";
import { type Check, type CheckName, met, notMet, type Outcome, partial, type Target } from "./check.ts";

const hourMs = 3_600_000;
const revokedWithinMs = 1000;
const patienceMs = 10_000;

type Found = Readonly<Record<"marker" | "conversation" | "revocation", Outcome>>;

/**
 * Somebody signs up, says to the assistant a text that is nowhere else, and is revoked; then everything that the
 * deployment keeps is searched for the text. Leaves one account without a device. Runs once for the checks that
 * ask for it.
 */
export function drillChecks(): Readonly<Record<keyof Found, Check>> {
  let run: Promise<Found> | undefined;
  const check =
    (name: CheckName & keyof Found): Check =>
    async (target) => {
      run ??= drill(target);
      return (await run)[name];
    };
  return { marker: check("marker"), conversation: check("conversation"), revocation: check("revocation") };
}

async function drill(target: Target): Promise<Found> {
  const { dataDir, relayUrl } = target;
  const dir = await mkdtemp(join(tmpdir(), "cloister-comply-"));
  const marker = `drill-${toHex(systemRandom(12))}`;
  const name = "Compliance drill";
  const invitationCode = await invite({
    dataDir,
    role: "patient",
    name: "",
    expiresAtMs: Date.now() + hourMs,
  });
  try {
    const person = await arrive({ relayUrl, dir, displayName: name, invitationCode });
    try {
      const conversation = await converse(person, marker);
      const found = await search(target, [marker, ...target.markers], dir);
      return { conversation, marker: found, revocation: await revoke(person) };
    } finally {
      await person.leave();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A question that is answered with a receipt which verifies: nothing was changed on its way. */
async function converse(person: Person, marker: string): Promise<Outcome> {
  const { client } = person;
  const agent = (await client.directory()).find(({ role, vouched }) => role === "agent" && vouched);
  if (agent === undefined) return partial("no assistant is listed; nobody was written to");
  const { id } = await client.createConversation({ title: marker, members: [agent.account] });
  await client.grantConsent(id, agent.account);
  const body = `When should I see a doctor about a cough? ${marker}`;
  await client.sendText({ conversation: id, body, ask: agent.account });
  const answer = await awaitMessage(
    person,
    id,
    (message): message is AnswerMessage => message.kind === "answer",
  );
  const { verified, steps } = await client.verifyReceipt(answer);
  await client.settled(patienceMs);
  const lines = steps.map(({ step, status }) => `${step}: ${status}`);
  return verified ? met("a message and its answer arrived authenticated", ...lines) : notMet(...lines);
}

/** Looks for what was said in every file of the data and the backups, after it was shown that the search finds. */
async function search(target: Target, markers: readonly string[], dir: string): Promise<Outcome> {
  const control = await mkdtemp(join(dir, "control-"));
  const output: string[] = [];
  let hitsCount = 0;
  for (const [at, text] of markers.entries()) {
    await writeFile(join(control, `${at}`), Buffer.from(`xx${text}`).toString("base64"));
    if ((await searchFolder(control, text)).found.length === 0)
      return notMet("the search finds nothing at all");
    const folders = [target.dataDir, ...(target.backups === undefined ? [] : [target.backups])];
    for (const folder of folders) {
      const { searched, found } = await searchFolder(folder, text);
      hitsCount += found.length;
      output.push(`marker ${at + 1}: in ${found.length} of ${searched.length} files of ${folder}`, ...found);
    }
  }
  output.push("the same search finds each of them in a file that was made to hold it");
  return { status: hitsCount === 0 ? "met" : "not met", output };
}

/** How long a revoked device is still let in. */
async function revoke({ client }: Person): Promise<Outcome> {
  const own = (await client.devices()).find(({ current }) => current);
  if (own === undefined) return notMet("the drill's device is not listed");
  const startedMs = performance.now();
  await client.revokeDevice(own.device).catch(() => undefined);
  while (performance.now() - startedMs < patienceMs) {
    const code = await client.directory().then(
      () => undefined,
      (error: unknown) => (isBaseError(error) ? error.code : "unknown"),
    );
    if (code === "DEVICE_REVOKED") {
      const line = `refused ${Math.round(performance.now() - startedMs)} ms after it was asked to be revoked`;
      return performance.now() - startedMs <= revokedWithinMs ? met(line) : partial(line);
    }
  }
  return notMet(`a revoked device is still let in after ${patienceMs / 1000} s`);
}
