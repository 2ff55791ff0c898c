import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, isBaseError } from "@cloister/bytes";
import type { AnswerMessage, Contact, Message, ReceiptVerdict, TextMessage } from "@cloister/client";
import { searchFolder } from "./marker.ts";
import { awaitMessage, type Person } from "./person.ts";
import { viewRelay } from "./relay-view.ts";
import type { DemoCheck, DemoReport, TranscriptLine } from "./report.ts";

const settleMs = 15_000;
/** Not in any article, so that finding it anywhere means that it leaked. */
const marker = "marigold-kestrel-4471";
const complaint = `I have had a cough for a week. My name for it is ${marker}.`;
const advice = "Thank you. A cough of one week is common; tell me if you get short of breath.";
const question = "When should I see a doctor about a cough?";
const afterwards = "Thank you both. I will watch it.";

/** The conversation, act by act. Each act plays its part and records whether it showed what it had to show. */
export class Scene {
  readonly checks: DemoCheck[] = [];
  readonly #patient: Person;
  readonly #clinician: Person;
  readonly #agent: Contact;
  readonly #conversation: string;
  readonly #dataDir: string;
  readonly #scratchDir: string;

  private constructor(input: Stage & { readonly agent: Contact; readonly conversation: string }) {
    this.#patient = input.patient;
    this.#clinician = input.clinician;
    this.#agent = input.agent;
    this.#conversation = input.conversation;
    this.#dataDir = input.dataDir;
    this.#scratchDir = input.scratchDir;
  }

  /** The patient finds clinician and assistant in the directory and opens a conversation with both. */
  static async open(stage: Stage): Promise<Scene> {
    const { patient, clinician, scratchDir } = stage;
    await mkdir(scratchDir, { recursive: true, mode: 0o700 });
    const listed = await patient.client.directory();
    const agent = listed.find(({ role, vouched }) => role === "agent" && vouched);
    if (agent === undefined)
      throw new BaseError("Internal", "DEMO_NO_AGENT", "no vouched assistant is listed");
    const { id } = await patient.client.createConversation({
      title: "Cough",
      members: [clinician.account, agent.account],
    });
    const scene = new Scene({ ...stage, agent, conversation: id });
    scene.check(
      "directory",
      listed.some(({ account, vouched }) => account === clinician.account && vouched),
      "the organisation vouches for clinician and assistant, checked on the patient's device",
    );
    await patient.client.settled(settleMs);
    await clinician.client.settled(settleMs);
    return scene;
  }

  check(name: string, passed: boolean, detail: string): void {
    this.checks.push({ name, passed, detail });
  }

  async compareSafetyNumbers(): Promise<void> {
    const [patient, clinician] = [this.#patient, this.#clinician];
    const seen = await patient.client.safetyNumber(clinician.account);
    const shown = await clinician.client.safetyNumber(patient.account);
    this.check("safety number", seen === shown && /^\d{60}$/.test(seen), `both see ${seen.slice(0, 15)}…`);
    await patient.client.markVerified(clinician.account, seen);
    await clinician.client.markVerified(patient.account, shown);
  }

  /** What waits at the relay, and whether the words of it are anywhere. */
  async writeWhileAway(): Promise<DemoReport["relay"]> {
    const [patient, clinician] = [this.#patient, this.#clinician];
    await clinician.client.disconnect();
    await this.#say(patient, complaint);
    const view = await viewRelay(join(this.#dataDir, "relay"), this.#scratchDir);
    const held = await view.holds(marker);
    const heldPlanted = await view.holdsPlanted(marker);
    const { waitingEnvelopes } = view;
    view.close();
    const { searched, found } = await searchFolder(this.#dataDir, marker);
    const count = waitingEnvelopes.reduce((sum, size) => sum + size.count, 0);
    this.check("envelopes wait", count > 0, `${count} for the clinician, sealed and padded`);
    this.check(
      "relay is blind",
      !held && found.length === 0,
      `the words are in ${found.length} of ${searched.length} files of relay, log and assistant`,
    );
    this.check("search can find", heldPlanted, "it finds the words once they are planted unencrypted");
    return {
      waitingEnvelopes,
      searchedFilesCount: searched.length,
      markerFilesCount: found.length + (held ? 1 : 0),
      controlFound: heldPlanted,
    };
  }

  async answerPatient(): Promise<void> {
    const [patient, clinician] = [this.#patient, this.#clinician];
    clinician.client.connect();
    await this.#receive(clinician, complaint);
    await this.#say(clinician, advice);
    await this.#receive(patient, advice);
    this.check("conversation", true, "each received what the other wrote");
  }

  async askAssistant(): Promise<ReceiptVerdict> {
    const { client } = this.#patient;
    const ask = { conversation: this.#conversation, body: question, ask: this.#agent.account };
    this.check(
      "consent first",
      await isRefused(client.sendText(ask)),
      "without consent nothing goes to the assistant",
    );
    await client.grantConsent(this.#conversation, this.#agent.account);
    await client.sendText(ask);
    const message = await awaitMessage(this.#patient, this.#conversation, isAnswer);
    await awaitMessage(this.#clinician, this.#conversation, isAnswer);
    const { outcome, citations } = message.answer;
    this.check(
      "answer",
      outcome === "grounded" && citations.length > 0,
      `${outcome}, ${message.answer.sentences.length} sentences from ${citations.length} passages, to both`,
    );
    const verdict = await client.verifyReceipt(message);
    this.check("receipt", verdict.verified, verdict.verified ? "every claim holds" : "a claim does not hold");
    return verdict;
  }

  /** After the consent is gone the assistant's mailbox must not grow, whatever people write. */
  async revokeConsent(): Promise<void> {
    const { client } = this.#patient;
    await client.revokeConsent(this.#conversation, this.#agent.account);
    await client.settled(settleMs);
    const before = await this.#receivedByAgent();
    const refused = await isRefused(
      client.sendText({ conversation: this.#conversation, body: question, ask: this.#agent.account }),
    );
    await this.#say(this.#patient, afterwards);
    await this.#receive(this.#clinician, afterwards);
    await this.#clinician.client.settled(settleMs);
    const after = await this.#receivedByAgent();
    this.check("consent revoked", refused, "a further question is refused on the patient's device");
    this.check(
      "assistant gets nothing more",
      after === before,
      `${after - before} envelopes for it since, while people wrote on`,
    );
  }

  async transcript(): Promise<TranscriptLine[]> {
    const messages = await this.#patient.client.messages(this.#conversation);
    return messages.flatMap((message) => this.#line(message));
  }

  #line(message: Message): TranscriptLine[] {
    const from = this.#nameOf(message.from);
    switch (message.kind) {
      case "text":
        return [{ from: message.asked === undefined ? from : `${from} → AI`, text: message.body }];
      case "answer":
        return [
          {
            from: `${from} (AI)`,
            text: message.answer.sentences
              .map(({ text, citations }) => `${text} ${citations.map((n) => `[${n}]`).join("")}`)
              .join(" "),
            sources: message.answer.citations.map(
              ({ title, sourceName, sourceUrl }, at) => `[${at + 1}] ${title}: ${sourceName}, ${sourceUrl}`,
            ),
          },
        ];
      case "notice":
        return message.notice.type === "consent"
          ? [
              {
                from: "·",
                text: `${from} ${message.notice.granted ? "gave consent" : "took the consent back"}`,
              },
            ]
          : [];
    }
  }

  #nameOf(account: string): string {
    return account === this.#patient.account
      ? this.#patient.name
      : (this.#patient.client.contact(account)?.name ?? account);
  }

  async #say(person: Person, body: string): Promise<void> {
    await person.client.sendText({ conversation: this.#conversation, body });
    await person.client.settled(settleMs);
  }

  async #receive(person: Person, body: string): Promise<void> {
    await awaitMessage(
      person,
      this.#conversation,
      (message): message is TextMessage => message.kind === "text" && message.body === body,
    );
  }

  async #receivedByAgent(): Promise<number> {
    const view = await viewRelay(join(this.#dataDir, "relay"), this.#scratchDir);
    const count = view.receivedBy(this.#agent.account);
    view.close();
    return count;
  }
}

interface Stage {
  readonly patient: Person;
  readonly clinician: Person;
  readonly dataDir: string;
  /** For copies of the relay's database. */
  readonly scratchDir: string;
}

function isAnswer(message: Message): message is AnswerMessage {
  return message.kind === "answer";
}

async function isRefused(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => false,
    (error: unknown) => {
      if (isBaseError(error, "CONSENT_REQUIRED")) return true;
      throw error;
    },
  );
}
