import { encodeManifest, type Manifest, manifestDigest, type Release } from "@cloister/attestation";
import { type Issuer, issueCertificate, issueDocument } from "@cloister/attestation/development";
import type { TestDevice, TestWorld } from "@cloister/testkit/test-world";
import type { AgentReply } from "../api.ts";
import type { Attest, PresentedEvidence } from "../evidence/agent-gate.ts";

const fill = (length: number, value: number) => new Uint8Array(length).fill(value);
const hourMs = 3_600_000;

/** An enclave as a development host makes it, and an agent that is started in it any number of times. */
export class TestEnclave {
  readonly release: Release;
  /** What is changed about the next documents. */
  manifest: Partial<Manifest> = {};
  document: { pcrs?: ReadonlyMap<number, Uint8Array>; nonce?: Uint8Array } = {};
  /** What the last request was answered with, and what the next ones are instead of new evidence. */
  shown: PresentedEvidence | undefined;
  replayed: PresentedEvidence | undefined;
  counter = 0;
  readonly #world: TestWorld;
  readonly #root: Issuer;
  readonly #invitationCode: string;
  readonly #answer: () => Promise<AgentReply>;

  constructor(world: TestWorld, answer: () => Promise<AgentReply>) {
    const { clock, random } = world;
    this.#world = world;
    this.#answer = async () => {
      const reply = await answer();
      return { ...reply, claims: { ...reply.claims, processedAt: "enclave" } };
    };
    this.#root = issueCertificate(
      {
        name: "Development root",
        notBeforeMs: clock.nowMs() - hourMs,
        notAfterMs: clock.nowMs() + 1000 * hourMs,
        role: "ca",
      },
      random,
    );
    this.#invitationCode = world.organisation.invite("agent", "Assistant");
    this.release = {
      sequence: 1,
      issuedAtMs: clock.nowMs(),
      builds: [{ version: "1", referenceValue: this.pcrs, knowledgeDigest: fill(32, 7) }],
      root: this.#root.certificate,
    };
    world.organisation.release(this.release);
  }

  get pcrs(): ReadonlyMap<number, Uint8Array> {
    return new Map([0, 1, 2].map((index) => [index, fill(48, index + 1)]));
  }

  /** Another identity, and nothing in memory. */
  async boot(): Promise<TestDevice> {
    const bootId = this.#world.random(16);
    const bootedAtMs = this.#world.clock.nowMs();
    this.counter = 0;
    const agent = await this.#world.device(this.#answer, { attest: this.#attest({ bootId, bootedAtMs }) });
    const invitationCode = this.#invitationCode;
    await this.#world.settle(agent.client.signUp({ displayName: "Assistant", invitationCode }));
    agent.client.connect();
    await this.#world.settle(agent.client.settled(60_000));
    return agent;
  }

  #attest(boot: Pick<Manifest, "bootId" | "bootedAtMs">): Attest {
    return async ({ nonce, identityKey, agent }) => {
      this.counter += 1;
      const manifest = encodeManifest({
        role: "client",
        agent,
        identityKey,
        ...boot,
        counter: this.counter,
        knowledgeDigest: fill(32, 7),
        software: { name: "cloister-agent", version: "1" },
        ...this.manifest,
      });
      const { clock, random } = this.#world;
      const userData = manifestDigest(manifest);
      const says = { moduleId: "test", timestampMs: clock.nowMs(), pcrs: this.pcrs, nonce, userData };
      const document = issueDocument({ ...says, ...this.document }, this.#root, random);
      this.shown = { document, manifest };
      return this.replayed ?? this.shown;
    };
  }
}
