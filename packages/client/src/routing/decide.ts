import { BaseError } from "@cloister/bytes";
import type { RoutedDecision } from "@cloister/contracts/decision";
import type { AccountId, ConversationId } from "@cloister/contracts/ids";
import {
  type Assessment,
  type Decision,
  decide,
  defaultPolicy,
  failedAssessment,
  type Processor,
} from "@cloister/routing";
import { changeConversation, requireConversation } from "../conversations.ts";
import type { Core } from "../core.ts";
import type { Transaction } from "../database.ts";
import { type ConversationRecord, contactsTable, conversationsTable } from "../records.ts";
import type { QuestionToRoute } from "./api.ts";
import { freshStanding, joinStandings, type RoutingStanding } from "./standing.ts";

/** An organisation cannot hand out its own yet: this one lets nothing leave it. */
export const routingPolicy = defaultPolicy;

/** Where a question would go, for showing it before. @throws BaseError `CONVERSATION_UNKNOWN` */
export function previewRoute(core: Core, { conversation: id, ask, assessment }: QuestionToRoute): Decision {
  const conversation = core.database.find(conversationsTable, id);
  if (!conversation) {
    throw new BaseError("Usage", "CONVERSATION_UNKNOWN", "there is no such conversation on this device");
  }
  return decideRoute(core, conversation, { agent: ask, assessment });
}

interface Question {
  readonly agent: AccountId;
  readonly assessment: Assessment | undefined;
}

/** @throws BaseError `ROUTE_REFUSED` */
export function requireRoute(
  core: Core,
  conversation: ConversationRecord,
  question: Question,
): RoutedDecision {
  const decision = decideRoute(core, conversation, question);
  if (decision.outcome === "refused") {
    throw new BaseError(
      "Policy",
      "ROUTE_REFUSED",
      "this assistant may not answer that here; choose another place or write to people",
    );
  }
  const { sensitivity, isCloudBarred, processor, deidentify, reasons, policyDigest } = decision;
  return { sensitivity, isCloudBarred, processor, deidentify, reasons, policyDigest };
}

/** An agent is one place: the one that it is at, unless the policy wants there what is not done on the way to it. */
function decideRoute(
  core: Core,
  { routing }: ConversationRecord,
  { agent, assessment = failedAssessment }: Question,
): Decision {
  const policy = routingPolicy;
  const place = placeOf(core, agent);
  const canReach = place !== undefined && !policy.deidentifyFor.includes(place);
  return decide({
    assessment,
    policy,
    available: canReach ? [place] : [],
    atMs: core.clock.nowMs(),
    ...(routing && { earlier: routing }),
    ...(routing?.strictest !== undefined && { strictest: routing.strictest }),
  });
}

/** Where the organisation signed which code its agent runs, nothing goes to it before its evidence passed. */
function placeOf(core: Core, agent: AccountId): Processor | undefined {
  const contact = core.database.find(contactsTable, agent);
  return contact && (core.evidence.standing(contact) === "free" ? "on-premise" : "enclave");
}

/** From here on this conversation is as sensitive as what was asked in it. */
export async function raiseRouting(
  transaction: Transaction,
  id: ConversationId,
  asked: RoutedDecision,
): Promise<void> {
  const conversation = await requireConversation(transaction, id);
  const { sensitivity, isCloudBarred } = asked;
  const before = conversation.routing ?? freshStanding;
  const routing = joinStandings(before, { sensitivity, isCloudBarred });
  changeConversation(transaction, { ...conversation, routing });
}

/** @throws BaseError `CONVERSATION_UNKNOWN` */
export async function limitRoute(
  core: Core,
  id: ConversationId,
  strictest: Processor | undefined,
): Promise<void> {
  await core.database.change(async (transaction) => {
    const conversation = await requireConversation(transaction, id);
    const { strictest: _before, ...rest } = conversation.routing ?? freshStanding;
    const routing: RoutingStanding = strictest === undefined ? rest : { ...rest, strictest };
    changeConversation(transaction, { ...conversation, routing });
  });
}
