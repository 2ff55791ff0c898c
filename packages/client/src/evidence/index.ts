import { type FindAnchors, productionAnchors } from "@cloister/attestation";
import type { EvidenceWord } from "@cloister/contracts/evidence";
import type { DeviceAddress } from "@cloister/contracts/ids";
import type { Core } from "../core.ts";
import type { Link } from "../link.ts";
import { AgentGate, type Attest } from "./agent-gate.ts";
import { EvidenceAsker } from "./asker.ts";
import { ClientGate } from "./client-gate.ts";
import type { EvidenceGate } from "./gate.ts";

/** Evidence at one device: the gate that messages pass, and what is behind it. */
export interface Evidence {
  readonly gate: EvidenceGate;
  attach(link: Link): void;
  detach(): void;
  hear(from: DeviceAddress, word: EvidenceWord): void;
  /** Once a minute. */
  renew(): void;
  isAsking(agent: string): boolean;
}

/** What evidence stands on. */
export interface EvidenceInput {
  readonly core: () => Core;
  readonly clock: Core["clock"];
  readonly database: Core["database"];
  readonly onAccepted: () => void;
  /** Roots that are accepted; hardware alone unless it says otherwise. */
  readonly anchors: FindAnchors | undefined;
}

/** A person's device asks for evidence. */
export function clientEvidence(input: EvidenceInput): Evidence {
  const { core, database, clock, onAccepted, anchors = productionAnchors } = input;
  const asker = new EvidenceAsker({ core, anchors, onAccepted });
  return {
    gate: new ClientGate({ database, clock }, (agent) => asker.ask(agent)),
    attach: (link) => asker.attach(link),
    detach: () => asker.detach(),
    hear: ({ account }, word) => {
      if (word.type === "answer") core().inBackground(() => asker.receive(account, word));
    },
    renew: () => asker.renew(),
    isAsking: (agent) => asker.isAsking(agent),
  };
}

/** An agent's device shows it. */
export function agentEvidence(
  input: Pick<EvidenceInput, "core" | "clock">,
  attest: Attest | undefined,
): Evidence {
  const { core, clock } = input;
  const gate = new AgentGate({ core, clock, attest });
  let current: Link | undefined;
  return {
    gate,
    attach: (link) => {
      current = link;
    },
    detach: () => {
      current = undefined;
    },
    hear: ({ account }, word) => {
      const link = current;
      if (word.type === "request" && link) core().inBackground(() => gate.answer(link, account, word));
    },
    renew: () => undefined,
    isAsking: () => false,
  };
}
