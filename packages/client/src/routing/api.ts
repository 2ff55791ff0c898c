import type { AccountId, ConversationId } from "@cloister/contracts/ids";
import type { Assessment, Decision, Processor, RoutingPolicy } from "@cloister/routing";

/** A question before it is sent. */
export interface QuestionToRoute {
  readonly conversation: ConversationId;
  readonly ask: AccountId;
  /** What `readText` of `@cloister/client/routing` made of it; without, it counts as what could not be checked. */
  readonly assessment?: Assessment;
}

/** Where questions may go. */
export interface RoutingCalls {
  /** By which policy it is decided: the one where an organisation has not decided anything. Nothing leaves it. */
  routingPolicy(): RoutingPolicy;
  /** Where a question to this agent would go now, or that it goes nowhere, and why. @throws BaseError `CONVERSATION_UNKNOWN` */
  route(question: QuestionToRoute): Decision;
  /**
   * This person's own limit for what they ask in a conversation from now on: no place that shows it to more than this
   * one does. Undefined takes it away.
   */
  limitRoute(conversation: ConversationId, strictest: Processor | undefined): Promise<void>;
}
