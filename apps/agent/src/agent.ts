import { join } from "node:path";
import type { Model, ModelIdentity } from "@cloister/answering";
import { BaseError, fromHex } from "@cloister/bytes";
import type { AgentClaims, AgentReply, AnswerQuestion } from "@cloister/client";
import { createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { KnowledgeIndex } from "@cloister/retrieval";
import { openClientStore } from "@cloister/store-sqlite/client";
import { type AgentConfig, readRequired } from "./config.ts";
import type { Logger } from "./logger.ts";
import { respond } from "./respond.ts";

const version = "0.1.0";
const quoting = "cloister-grounded";
/** Bytes of UTF-8 that a receipt has for the name of the engine. */
const maxEngineLength = 64;
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
  const model = await open(config);
  let country = "US";
  const answer: AnswerQuestion = async ({ from, conversation, body }, turn): Promise<AgentReply> => {
    const response = await respond(
      {
        question: body,
        scope: { tenant: from, patient: from, session: conversation },
        signal: turn.signal,
        write: (sentences) => turn.write(sentences.map(({ text }) => text)),
      },
      { index, country, ...(model && { model }) },
    );
    const { answer: answered, failed: code } = response;
    logger({ event: "answered", outcome: answered.outcome, ...(code !== undefined && { code }) });
    return {
      answer: answered,
      claims: {
        backing: config.backing,
        ...engineOf(response.asked ? model?.identity : undefined),
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
      await model?.close();
      await store.close();
      logger({ event: "stopped" });
    },
  };
}

/** What a model needs is loaded only where there is one. */
async function open({ model, dataDir }: AgentConfig): Promise<Model | undefined> {
  if (model === undefined) return undefined;
  const { openModel } = await import("./model.ts");
  return openModel(model, dataDir);
}

async function invitation(config: AgentConfig): Promise<string> {
  const code = (await readSecret(config.invitationFile)).trim();
  if (code === "") throw new BaseError("Usage", "AGENT_INVITATION", "the invitation file is empty");
  return code;
}

/** A model that was asked is named, also where none of its words are in the answer. */
function engineOf(model: ModelIdentity | undefined): Pick<AgentClaims, "engine" | "modelDigest"> {
  if (model === undefined) return { engine: { name: quoting, version } };
  const name = `${quoting} ${model.name}`.replace(/[^\x20-\x7e]/g, "?").slice(0, maxEngineLength);
  return {
    engine: { name, version },
    ...(model.digest !== undefined && { modelDigest: fromHex(model.digest) }),
  };
}
