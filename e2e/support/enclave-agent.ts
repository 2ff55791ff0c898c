/** A small agent for the image that the tests boot: it answers, attests, and streams. */
import process from "node:process";
import { fromUtf8, toHex, toUtf8 } from "@cloister/bytes";
import { answerCall, type ChannelStream, type StreamHandlers } from "@cloister/channel";
import { listenForChannels } from "@cloister/channel-node";
import { checkRedFlags } from "@cloister/safety";
import { NitroSecurityModule } from "@cloister/tee-nitro/nsm";

const nsm = new NitroSecurityModule(process.env["CLOISTER_NSM"] ?? "");
const nothing = { onData: () => undefined, onEnd: () => undefined, onClose: () => undefined };

const answers: Readonly<Record<string, (request: Uint8Array) => Promise<Uint8Array>>> = {
  question: async (request) => toUtf8(JSON.stringify(checkRedFlags(fromUtf8(request)))),
  registers: async () => {
    const pcrs = await Promise.all([0, 1, 2].map(async (index) => toHex(await nsm.pcr(index))));
    return toUtf8(JSON.stringify(pcrs));
  },
  evidence: async (nonce) => nsm.attest({ nonce, userData: toUtf8("manifest") }),
  self: async () => toUtf8(JSON.stringify({ user: process.getuid?.(), version: process.version })),
};

function accept(name: string, stream: ChannelStream): StreamHandlers | undefined {
  const answer = answers[name];
  if (answer) return answerCall(stream, { maxRequestBytes: 65_536, answer });
  if (name !== "stream") return undefined;
  void stream.send(new Uint8Array(4 * 1024 ** 2).fill(7)).then(() => stream.end());
  return nothing;
}

await listenForChannels({ unix: process.env["CLOISTER_CHANNEL"] ?? "" }, (over) => {
  over({ side: "enclave", accept, onClose: () => undefined });
});
process.stdout.write("agent: listening\n");
