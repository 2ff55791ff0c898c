import { join } from "node:path";
import type { Model } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { platformHttp, platformSocket } from "@cloister/net-platform";
import { openClientStore } from "@cloister/store-sqlite/client";
import type { AgentSeat } from "./agent.ts";
import { type AgentConfig, readRequired } from "./config.ts";
import type { OpenMemory } from "./remember.ts";

/** A process of its own on the organisation's machine: with a disk and a network, and no evidence. */
export async function machineSeat(config: AgentConfig): Promise<AgentSeat> {
  return {
    relayUrl: config.relayUrl,
    index: await readRequired(config.indexFile, "the knowledge index"),
    store: await openClientStore({
      path: join(config.dataDir, "agent.sqlite"),
      key: await loadSeed(join(config.dataDir, "agent.key")),
    }),
    http: platformHttp,
    socket: platformSocket,
    backing: config.backing,
    processedAt: "on-premise",
    model: await open(config),
    openMemory: memoryOf(config),
    invitation: () => invitation(config),
  };
}

/** What a model needs is loaded only where there is one. */
async function open({ model, dataDir }: AgentConfig): Promise<Model | undefined> {
  if (model === undefined) return undefined;
  const { openModel } = await import("./model.ts");
  return openModel(model, dataDir);
}

/** Key stores are loaded only where somebody is remembered. */
function memoryOf({ memory }: AgentConfig): OpenMemory | undefined {
  return memory && (async (mayKeep) => (await import("./memory.ts")).openMemory(memory, mayKeep));
}

async function invitation(config: AgentConfig): Promise<string> {
  const code = (await readSecret(config.invitationFile)).trim();
  if (code === "") throw new BaseError("Usage", "AGENT_INVITATION", "the invitation file is empty");
  return code;
}
