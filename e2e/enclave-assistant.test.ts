import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseEif } from "@cloister/attestation/eif";
import { isBaseError, toHex } from "@cloister/bytes";
import type { AnswerMessage } from "@cloister/client";
import { findQemu } from "@cloister/tee-qemu";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Device, openDevice } from "./support/crash-device.ts";
import { enclave, keptFolder } from "./support/enclave-image.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const startMs = 360_000;
const answerMs = 120_000;
const data = await keptFolder();
const qemu = join(data, "enclave", "qemu");
const hasApt = await access("/usr/bin/apt-get").then(
  () => true,
  () => false,
);
const tools = await findQemu(qemu).catch((error: unknown) => {
  if (isBaseError(error, "QEMU_MISSING")) return undefined;
  throw error;
});
const canBoot = hasApt && tools?.machine === "nitro-enclave";

/** Needs Debian and QEMU with its nitro-enclave machine: adapters/tee-qemu/install.sh */
describe.skipIf(!canBoot)(
  "the assistant in a virtual machine (by command: adapters/tee-qemu/install.sh, then this test)",
  () => {
    let folder = "";
    let stack: RunningStack;
    let device: Device;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "cloister-enclave-"));
      const image = join(folder, "agent.eif");
      await enclave("build", "--latest", "--out", image, "--data", data);
      const startedMs = performance.now();
      stack = await startStack(["--no-web", "--image", image, "--qemu", qemu]);
      process.stdout.write(`enclave: the assistant joined after ${seconds(startedMs)} s\n`);
      device = await openDevice({ dir: join(folder, "patient"), relayUrl: stack.relayUrl });
    }, startMs);

    afterAll(async () => {
      await device?.close();
      await stack?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it(
      "shows what was computed offline, and answers a question over vsock",
      async () => {
        const { client } = device;
        await client.signUp({ displayName: "Patient" });
        client.connect();
        const agent = (await client.directory()).find(({ role }) => role === "agent")?.account ?? "";
        const { id } = await client.createConversation({ title: "Cough", members: [agent] });
        await client.grantConsent(id, agent);
        const startedMs = performance.now();
        await client.sendText({
          conversation: id,
          body: "When should I see a doctor about a cough?",
          ask: agent,
        });
        const answer = await vi.waitFor(
          async () => {
            const found = (await client.messages(id)).find(({ kind }) => kind === "answer");
            if (!found) throw new Error(`no answer: ${JSON.stringify(client.agentEvidence(agent))}`);
            return found as AnswerMessage;
          },
          { timeout: answerMs, interval: 200 },
        );
        process.stdout.write(`enclave: answered after ${seconds(startedMs)} s\n`);
        expect(answer.answer.outcome).toBe("grounded");
        expect(await client.verifyReceipt(answer)).toMatchObject({ verified: true });

        const { measurement } = parseEif(await readFile(join(folder, "agent.eif")));
        expect(client.agentEvidence(agent)).toMatchObject({
          state: "passed",
          class: "development",
          facts: { measurements: [0, 1, 2].map((pcr) => toHex(measurement.get(pcr) ?? new Uint8Array())) },
        });
      },
      startMs,
    );
  },
);

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1);
}
