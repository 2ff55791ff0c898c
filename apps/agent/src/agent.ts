import type { Model, ModelIdentity } from "@cloister/answering";
import { fromHex } from "@cloister/bytes";
import type { AgentClaims, AgentReply, AnswerQuestion, Attest, ClientInput } from "@cloister/client";
import { createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { systemClock } from "@cloister/net-platform";
import { KnowledgeIndex } from "@cloister/retrieval";
import type { Logger } from "./logger.ts";
import { type OpenMemory, Rememberer } from "./remember.ts";
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

/** Where an agent runs: what it has of the world. */
export interface AgentSeat extends Pick<ClientInput, "relayUrl" | "store" | "http" | "socket"> {
  /** Evidence, where something vouches for this process. */
  readonly attest?: Attest | undefined;
  /** The knowledge index. */
  readonly index: Uint8Array;
  /** What stands behind its key, and where it answers: what its receipts say. */
  readonly backing: AgentClaims["backing"];
  readonly processedAt: AgentClaims["processedAt"];
  /** Words answers from what was found; without one they are quotations. */
  readonly model?: Model | undefined;
  /** Remembers what people and the assistant said; without it each question stands alone. */
  readonly openMemory?: OpenMemory | undefined;
  /** Asked for when it has no account yet. */
  readonly invitation: () => Promise<string>;
}

/** Joins the organisation as an account of role `agent`, or comes back as the one it is, and answers. */
export async function runAgent(seat: AgentSeat, logger: Logger): Promise<RunningAgent> {
  const { model } = seat;
  const index = new KnowledgeIndex(seat.index);
  let country = "US";
  const memory = seat.openMemory && (await Rememberer.open(seat.openMemory, logger));
  const answer: AnswerQuestion = async (question, turn): Promise<AgentReply> => {
    const { from, conversation, body } = question;
    const record = await memory?.recall(question);
    const response = await respond(
      {
        question: body,
        scope: { tenant: from, patient: from, session: conversation },
        ...(record && { record }),
        signal: turn.signal,
        write: (sentences) => turn.write(sentences.map(({ text }) => text)),
      },
      { index, country, ...(model && { model }) },
    );
    const { answer: answered, failed: code } = response;
    await memory?.keep(question, answered);
    logger({ event: "answered", outcome: answered.outcome, ...(code !== undefined && { code }) });
    return {
      answer: answered,
      claims: {
        backing: seat.backing,
        ...engineOf(response.asked ? model?.identity : undefined),
        indexDigest: fromHex(index.digest),
        processedAt: seat.processedAt,
        deidentified: { applied: false },
      },
    };
  };
  const client = await createClient({
    relayUrl: seat.relayUrl,
    store: seat.store,
    http: seat.http,
    socket: seat.socket,
    ...(seat.attest && { attest: seat.attest }),
    clock: systemClock,
    random: systemRandom,
    answer,
    ...(memory && { followConsents: memory.followConsents }),
  });
  const self =
    client.self() ?? (await client.signUp({ displayName, invitationCode: await seat.invitation() }));
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
      await memory?.close();
      await seat.store.close();
      logger({ event: "stopped" });
    },
  };
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
