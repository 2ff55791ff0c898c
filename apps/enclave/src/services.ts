import { readFile } from "node:fs/promises";
import { fromUtf8, toUtf8 } from "@cloister/bytes";
import { type Accept, answerCall, type ChannelStream } from "@cloister/channel";
import { enclaveCalls, encodeBootConfig } from "@cloister/contracts/enclave";
import { readSecret } from "@cloister/keys-file";
import { type HostNetwork, serveNetwork } from "@cloister/net-channel";
import { platformHttp, platformSocket } from "@cloister/net-platform";
import type { RunConfig } from "./config.ts";

/** A call's name, and what answers it. */
export type Calls = Readonly<Record<string, (request: Uint8Array) => Promise<Uint8Array>>>;

/** More than a document has. */
const maxRequestBytes = 32_768;

/** All that is answered to what runs inside: what it needs to join, what vouches for it, and the way to two servers. */
export async function services(
  { relayUrl, logUrl, index, ...config }: Omit<RunConfig, "start">,
  { vouching, onReady }: { readonly vouching: Calls; readonly onReady: (account: string) => void },
): Promise<Accept> {
  const invitation = (await readSecret(config.invitation)).trim();
  const network: HostNetwork = {
    origins: () => [relayUrl, logUrl].map((url) => new URL(url).origin),
    http: platformHttp,
    socket: platformSocket,
  };
  const calls: Calls = {
    ...vouching,
    [enclaveCalls.config]: async () => encodeBootConfig({ relayUrl, invitation }),
    [enclaveCalls.knowledge]: async () => readFile(index),
    [enclaveCalls.ready]: async (account) => {
      onReady(fromUtf8(account));
      return toUtf8("");
    },
  };
  return (name: string, stream: ChannelStream) => {
    const answer = Object.hasOwn(calls, name) ? calls[name] : undefined;
    return answer ? answerCall(stream, { maxRequestBytes, answer }) : serveNetwork(network, name, stream);
  };
}
