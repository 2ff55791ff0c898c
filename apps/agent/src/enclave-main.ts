import process from "node:process";
import { fromUtf8, isBaseError, toUtf8 } from "@cloister/bytes";
import { type Channel, call } from "@cloister/channel";
import { connectChannel, listenForChannels } from "@cloister/channel-node";
import { decodeBootConfig, enclaveCalls, maxKnowledgeBytes } from "@cloister/contracts/enclave";
import { systemRandom } from "@cloister/crypto/random";
import { channelHttp, channelSocket } from "@cloister/net-channel";
import { openMemoryStore } from "@cloister/store-memory";
import { runAgent } from "./agent.ts";
import { attestWith, documentsOver } from "./attest.ts";
import type { Logger } from "./logger.ts";

/*
 * The agent inside an enclave: one file, no disk, no network but the channel to its host. Its identity is born
 * here and ends here. A sandbox names the host's socket as its argument; in an image the host comes in by
 * CLOISTER_CHANNEL, and CLOISTER_NSM leads to the security module.
 */

const nothing = new Uint8Array();
const maxConfigBytes = 16_384;

// Without its host it is nobody; the next start is another boot.
const inside = { side: "enclave", accept: () => undefined, onClose: () => process.exit(1) } as const;

async function main(): Promise<void> {
  const { CLOISTER_CHANNEL: listenAt, CLOISTER_NSM: securityModule } = process.env;
  const channel = await (listenAt === undefined
    ? connectChannel({ unix: process.argv[2] ?? "" }, inside)
    : awaitHost(listenAt));
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
      attest: attestWith({
        document: documentsOver(channel, securityModule),
        index,
        random: systemRandom,
        nowMs: () => Date.now(),
      }),
      // What stands behind it is for its evidence to say; a receipt claims no more than anybody could.
      backing: "development",
      processedAt: "enclave",
      invitation: async () => config.invitation,
    },
    logLine,
  );
  await tellReady(channel, agent.account);
}

/** The first that comes in is the host; nobody comes after. */
function awaitHost(unix: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const listening = listenForChannels({ unix }, (over) => {
      void listening.then((server) => server.close());
      resolve(over(inside));
    });
    listening.catch(reject);
  });
}

async function tellReady(channel: Channel, account: string): Promise<void> {
  fromUtf8(await call(channel, enclaveCalls.ready, { request: toUtf8(account), maxAnswerBytes: 16 }));
}

/** JSON lines on standard error; only these fields pass. */
const logLine: Logger = ({ event, outcome, state, code }) => {
  process.stderr.write(`${JSON.stringify({ event, outcome, state, code })}\n`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${isBaseError(error) ? error.code : "INTERNAL"}\n`);
  process.exit(1);
});
