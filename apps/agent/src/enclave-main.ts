import process from "node:process";
import { fromUtf8, isBaseError, toUtf8 } from "@cloister/bytes";
import { type Channel, call } from "@cloister/channel";
import { connectChannel } from "@cloister/channel-node";
import { decodeBootConfig, enclaveCalls, maxKnowledgeBytes } from "@cloister/contracts/enclave";
import { systemRandom } from "@cloister/crypto/random";
import { channelHttp, channelSocket } from "@cloister/net-channel";
import { openMemoryStore } from "@cloister/store-memory";
import { runAgent } from "./agent.ts";
import { attestWith } from "./attest.ts";
import type { Logger } from "./logger.ts";

/*
 * The agent inside an enclave: one file, no disk, no network but the channel to its host. Its identity is born
 * here and ends here.
 */

const nothing = new Uint8Array();
const maxConfigBytes = 16_384;

async function main(socket: string): Promise<void> {
  const channel = await connectChannel(
    { unix: socket },
    // Without its host it is nobody; the next start is another boot.
    { side: "enclave", accept: () => undefined, onClose: () => process.exit(1) },
  );
  const ask = (name: string, maxAnswerBytes: number) =>
    call(channel, name, { request: nothing, maxAnswerBytes });
  const config = decodeBootConfig(await ask(enclaveCalls.config, maxConfigBytes));
  const index = await ask(enclaveCalls.knowledge, maxKnowledgeBytes);
  const agent = await runAgent(
    {
      relayUrl: config.relayUrl,
      index,
      store: openMemoryStore(),
      http: channelHttp(() => channel),
      socket: channelSocket(() => channel),
      attest: attestWith({ channel, index, random: systemRandom, nowMs: () => Date.now() }),
      // What stands behind it is for its evidence to say; a receipt claims no more than anybody could.
      backing: "development",
      processedAt: "enclave",
      invitation: async () => config.invitation,
    },
    logLine,
  );
  await tellReady(channel, agent.account);
}

async function tellReady(channel: Channel, account: string): Promise<void> {
  fromUtf8(await call(channel, enclaveCalls.ready, { request: toUtf8(account), maxAnswerBytes: 16 }));
}

/** JSON lines on standard error; only these fields pass. */
const logLine: Logger = ({ event, outcome, state, code }) => {
  process.stderr.write(`${JSON.stringify({ event, outcome, state, code })}\n`);
};

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(`${isBaseError(error) ? error.code : "INTERNAL"}\n`);
  process.exit(1);
});
