import { join } from "node:path";
import { BaseError, fromHex } from "@cloister/bytes";
import type { AgentReply, AnswerQuestion } from "@cloister/client";
import { createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { KnowledgeIndex } from "@cloister/retrieval";
import { openClientStore } from "@cloister/store-sqlite/client";
import { type AgentConfig, readRequired } from "./config.ts";
import type { Logger } from "./logger.ts";
import { respond } from "./respond.ts";

const engine = { name: "cloister-grounded", version: "0.1.0" } as const;
const displayName = "Assistant";

export interface RunningAgent {
  readonly account: string;
  /** Questions under way are left unacknowledged: they come again. */
  stop(): Promise<void>;
}

/** Joins the organisation as an account of role `agent`, or comes back as the one it is, and answers. */
export async function runAgent(config: AgentConfig, logger: Logger): Promise<RunningAgent> {
  const index = new KnowledgeIndex(await readRequired(config.indexFile, "the knowledge index"));
  const store = await openClientStore({
    path: join(config.dataDir, "agent.sqlite"),
    key: await loadSeed(join(config.dataDir, "agent.key")),
  });
  let country = "US";
  const answer: AnswerQuestion = async (question): Promise<AgentReply> => {
    const answered = respond(question.body, { index, country });
    logger({ event: "answered", outcome: answered.outcome });
    return {
      answer: answered,
      claims: {
        backing: config.backing,
        engine,
        indexDigest: fromHex(index.digest),
        processedAt: "on-premise",
        deidentified: { applied: false },
      },
    };
  };
  const client = await createClient({
    relayUrl: config.relayUrl,
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
    answer,
  });
  const self =
    client.self() ?? (await client.signUp({ displayName, invitationCode: await invitation(config) }));
  country = self.organisation.region;
  client.subscribe((event) => {
    if (event.type === "connection") logger({ event: "connection", state: event.state });
  });
  client.connect();
  await client.settled(20_000);
  logger({ event: "started" });
  return {
    account: self.account,
    stop: async () => {
      await client.disconnect();
      await store.close();
      logger({ event: "stopped" });
    },
  };
}

async function invitation(config: AgentConfig): Promise<string> {
  const code = (await readSecret(config.invitationFile)).trim();
  if (code === "") throw new BaseError("Usage", "AGENT_INVITATION", "the invitation file is empty");
  return code;
}
