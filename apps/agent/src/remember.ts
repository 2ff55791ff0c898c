import { isBaseError } from "@cloister/bytes";
import type { AgentQuestion, ConsentStands, FollowConsents } from "@cloister/client";
import type { Answer } from "@cloister/contracts/answer";
import type { MemoryPorts, PatientMemory, PatientPassage } from "@cloister/retrieval/patient";
import type { Logger } from "./logger.ts";
import { isOfRecord } from "./record.ts";

/** Memories of one tenant. */
export interface OpenedMemory {
  readonly tenant: string;
  readonly memory: PatientMemory;
  close(): Promise<void>;
}

/** Opens memories, given how to ask whether consent stands. */
export type OpenMemory = (mayKeep: MemoryPorts["mayKeep"]) => Promise<OpenedMemory>;

/**
 * What the assistant remembers of each person: one conversation's turns, while their consent there stands. When
 * it cannot be read or written, the answer goes without it and the log has the code.
 */
export class Rememberer {
  /** For the client: memories follow consent from the start on. */
  readonly followConsents: FollowConsents;
  readonly #opened: OpenedMemory;
  readonly #logger: Logger;

  private constructor(opened: OpenedMemory, logger: Logger, followConsents: FollowConsents) {
    this.#opened = opened;
    this.#logger = logger;
    this.followConsents = followConsents;
  }

  /** Nothing is read or kept before the client has said how to ask for consent. @throws BaseError as `open` does */
  static async open(open: OpenMemory, logger: Logger): Promise<Rememberer> {
    let stands: ConsentStands = async () => false;
    const opened = await open(({ patient, conversation }) => stands({ account: patient, conversation }));
    return new Rememberer(opened, logger, async (ask) => {
      stands = ask;
      for (const { code } of await opened.memory.sweep(opened.tenant)) logger({ event: "failed", code });
    });
  }

  /** What this person and the assistant said here before. */
  async recall(question: AgentQuestion): Promise<readonly PatientPassage[]> {
    return (await this.#try(() => this.#opened.memory.recall(this.#refOf(question)))) ?? [];
  }

  /** Keeps a turn, without what was quoted from the record itself. */
  async keep(question: AgentQuestion, answer: Answer): Promise<void> {
    const said = answer.sentences.filter(
      ({ citations }) => !citations.some((number) => isOfRecord(answer.citations[number - 1])),
    );
    const turn = { id: question.id, question: question.body, answer: said.map(({ text }) => text).join(" ") };
    await this.#try(() => this.#opened.memory.keep(this.#refOf(question), turn));
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  #refOf({ from: patient, conversation }: AgentQuestion) {
    return { tenant: this.#opened.tenant, patient, conversation };
  }

  async #try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!isBaseError(error)) throw error;
      this.#logger({ event: "failed", code: error.code });
      return undefined;
    }
  }
}
