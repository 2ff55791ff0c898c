import type { FindAnchors } from "@cloister/attestation";
import { BaseError, isBaseError } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";
import { Allowance } from "./allowance.ts";
import { Answerer } from "./answerer.ts";
import type { AnswerQuestion, ConnectionState, FollowConsents } from "./api.ts";
import { askAgain } from "./asking.ts";
import { renewBackup } from "./backup.ts";
import { keepCertificate } from "./certificate.ts";
import { Connector } from "./connector.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import { Database } from "./database.ts";
import type { Attest } from "./evidence/agent-gate.ts";
import { agentEvidence, clientEvidence, type Evidence } from "./evidence/index.ts";
import { Historian } from "./history.ts";
import { restoringTable } from "./history-tables.ts";
import { interruptible } from "./http.ts";
import { Inbox } from "./inbox.ts";
import type { Link } from "./link.ts";
import { LogClient } from "./log-client.ts";
import { Mender, nextRepairMs } from "./mender.ts";
import { refreshOrganisation } from "./organisation.ts";
import type { ClientStore, Clock, Http, OpenSocket } from "./ports.ts";
import { replenish } from "./prekeys.ts";
import { openAccepted, type Reducer } from "./receive.ts";
import { consentStands, receiveAsAgent } from "./receive-agent.ts";
import { receiveAsPerson } from "./receive-people.ts";
import { Recorder, record } from "./recorder.ts";
import { cachedTables, keysTable, only, outboxTable, selfTable } from "./records.ts";
import { RelayApi } from "./relay-api.ts";
import { Sender } from "./sender.ts";
import { pause } from "./timing.ts";
import { maintain } from "./upkeep.ts";

const minuteMs = 60_000;
const settledPollMs = 20;
/** What is mended as soon as this counts as under way. */
const soonMs = 5000;

/** What a client is made of. */
export interface ClientInput {
  /** Such as `https://chat.example`; mailbox connections go to the same place. */
  readonly relayUrl: string;
  readonly store: ClientStore;
  readonly http: Http;
  readonly socket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes this an agent's client: it answers what it is asked, and receives nothing else. */
  readonly answer?: AnswerQuestion;
  /** An agent's: keeps what it holds of people in step with their consent. */
  readonly followConsents?: FollowConsents;
  /** An agent's: makes evidence for whoever asks. Without it nothing vouches for this process. */
  readonly attest?: Attest;
  /** A person's: the roots that evidence may come from. Hardware alone where this is left out. */
  readonly anchors?: FindAnchors;
}

/** The moving parts behind the facade: what runs while there is a connection. */
export class Engine {
  readonly core: Core;
  readonly log: LogClient;
  readonly evidence: Evidence;
  readonly #reduce: Reducer;
  readonly #connector: Connector;
  readonly #sender: Sender;
  readonly #inbox: Inbox;
  readonly #recorder: Recorder;
  readonly #mender: Mender;
  readonly #historian: Historian;
  readonly #answerer: Answerer | undefined;
  readonly #jobs = new Set<Promise<void>>();
  readonly #interrupt: () => void;
  readonly #followConsents: () => void;
  #cancelTick: () => void = () => undefined;
  #isNewLink = false;

  static async open(input: ClientInput): Promise<Engine> {
    const database = await Database.open(input.store, cachedTables);
    // A restore that did not come to its end left half of somebody's history.
    if (database.find(restoringTable, only)) await database.erase();
    return new Engine(input, database);
  }

  private constructor(input: ClientInput, database: Database) {
    const { clock, random } = input;
    const { http, interrupt } = interruptible(input.http);
    const relay = new RelayApi({
      http,
      relayUrl: input.relayUrl,
      credentials: () => {
        const address = database.find(selfTable, only);
        const keys = database.find(keysTable, only);
        return address && keys && { address, authSeed: keys.authSeed };
      },
    });
    this.#interrupt = interrupt;
    const about = { core: () => this.core, clock, database, anchors: input.anchors };
    const onAccepted = () => this.#run(this.openAccepted);
    this.evidence = input.answer
      ? agentEvidence(about, input.attest)
      : clientEvidence({ ...about, onAccepted });
    this.core = {
      database,
      clock,
      random,
      relay,
      wakeSender: () => this.#sender.wake(),
      wakeRecorder: () => this.#recorder.wake(),
      wakeMender: () => this.#mender.wake(),
      evidence: this.evidence.gate,
      inBackground: (job) => this.#run(job),
    };
    const { core } = this;
    this.log = new LogClient({ http, relay, log: () => selfOf(core).organisation.log });
    this.#sender = new Sender(core);
    this.#recorder = new Recorder(core, this.log);
    this.#mender = new Mender(core);
    this.#answerer = input.answer && new Answerer(core, this.log, input.answer);
    const allowance = new Allowance(clock);
    const stop = (question: string) => this.#answerer?.stopAnswering(question);
    this.#followConsents = () => {
      const { followConsents } = input;
      if (followConsents) this.#run(() => followConsents((asked) => consentStands(core, asked)));
    };
    const consented = this.#followConsents;
    this.#reduce = async (transaction, sender, content) => {
      if (input.answer)
        return receiveAsAgent({ core, allowance, stop, consented }, transaction, sender, content);
      await receiveAsPerson(core, transaction, sender, content);
      return undefined;
    };
    this.#inbox = new Inbox({
      core,
      reduce: this.#reduce,
      answered: async (question) => this.#answerer?.answered(question),
      onEvidence: (from, word) => this.evidence.hear(from, word),
    });
    this.#historian = new Historian(core, () => this.#inbox.isEmpty);
    this.#connector = new Connector({
      openSocket: input.socket,
      relay,
      clock,
      random,
      handlers: {
        onReady: (link) => this.#ready(link),
        onDelivery: (delivery) => this.#inbox.deliver(delivery),
        onQueueEmpty: () => this.#queueEmpty(),
        onPreKeysLow: () => this.#run(() => replenish(core)),
        onEnd: () => this.#ended(),
      },
      onState: (state) => database.emit({ type: "connection", state }),
      onRevoked: () => database.emit({ type: "revoked" }),
    });
  }

  get connectionState(): ConnectionState {
    return this.#connector.state;
  }

  /** @throws BaseError `NO_ACCOUNT` */
  connect(): void {
    selfOf(this.core);
    if (this.#answerer) this.#run(() => this.#noteStart());
    this.#followConsents();
    this.#answerer?.start();
    this.#run(this.openAccepted);
    this.#tick();
    this.#connector.start();
  }

  /** What was set aside until a person had accepted an identity. */
  readonly openAccepted = (): Promise<void> => openAccepted(this.core, this.#reduce);

  /** Resolves when nothing is under way any more: the store may be closed then. */
  async disconnect(): Promise<void> {
    this.#cancelTick();
    this.#answerer?.stop();
    this.#connector.stop();
    this.#interrupt();
    while (this.#jobs.size > 0) await Promise.allSettled(this.#jobs);
  }

  /** @throws BaseError `NOT_SETTLED` */
  async settled(timeoutMs: number): Promise<void> {
    const { clock } = this.core;
    const untilMs = clock.nowMs() + timeoutMs;
    while (!this.#isSettled()) {
      if (clock.nowMs() >= untilMs) {
        throw new BaseError(
          "Unavailable",
          "NOT_SETTLED",
          "not everything was sent and received in this time",
        );
      }
      await pause(clock, settledPollMs);
    }
  }

  #isSettled(): boolean {
    const { database, clock } = this.core;
    const isSent = database.all(outboxTable).length === 0;
    const isMended = (nextRepairMs(this.core) ?? Number.POSITIVE_INFINITY) > clock.nowMs() + soonMs;
    return this.connectionState === "online" && this.#inbox.isEmpty && isSent && isMended;
  }

  #ready(link: Link): void {
    this.#isNewLink = true;
    this.#inbox.attach(link);
    this.evidence.attach(link);
    this.#sender.attach(link);
    this.#recorder.start();
    this.#mender.start();
    this.#historian.start();
    this.#run(() => maintain(this.core));
    this.#run(() => refreshOrganisation(this.core));
    this.#run(() => keepCertificate(this.core));
  }

  /** What was missed is here: what is still unanswered now may have to be asked again. */
  #queueEmpty(): void {
    this.#inbox.queueIsEmpty();
    if (this.#isNewLink) this.#run(() => askAgain(this.core, true));
    this.#isNewLink = false;
  }

  #ended(): void {
    this.#inbox.detach();
    this.evidence.detach();
    this.#sender.detach();
    this.#recorder.stop();
    this.#mender.stop();
    this.#historian.stop();
  }

  #tick(): void {
    this.#cancelTick();
    this.#cancelTick = this.core.clock.after(minuteMs, () => {
      this.#run(() => askAgain(this.core, false));
      this.#run(() => renewBackup(this.core));
      this.evidence.renew();
      if (this.connectionState === "online") this.#run(() => keepCertificate(this.core));
      this.#tick();
    });
  }

  async #noteStart(): Promise<void> {
    const identityDigest = sha256(keysOf(this.core).identityKeyPair.publicKey);
    await this.core.database.change((transaction) =>
      record(this.core, transaction, { type: "agent.started", identityDigest }),
    );
  }

  /** A typed failure has its own way to be tried again; any other is a bug, which shows as an unhandled rejection. */
  #run(job: () => Promise<void>): void {
    const running: Promise<void> = job()
      .catch((error: unknown) => {
        if (!isBaseError(error)) void Promise.reject(error);
      })
      .finally(() => this.#jobs.delete(running));
    this.#jobs.add(running);
  }
}
