import { BaseError } from "@cloister/bytes";
import type { Conversation, QuestionToRoute, TextMessage } from "@cloister/client";
import { decide, defaultPolicy, failedAssessment, type Processor } from "@cloister/routing";
import { FakeIntake } from "./fake-intake.ts";

/** Where a fake device's questions may go: decided by the router itself, with one assistant in one place. */
export abstract class FakeRouting extends FakeIntake {
  policy = defaultPolicy;
  /** Where the assistant is. */
  place: Processor = "on-premise";

  abstract readonly conversation: (id: string) => Conversation | undefined;

  routingPolicy = () => this.policy;

  route = ({ conversation, assessment = failedAssessment }: QuestionToRoute) => {
    const strictest = this.conversation(conversation)?.strictest;
    const { policy, place } = this;
    const limit = strictest === undefined ? {} : { strictest };
    return decide({ assessment, policy, available: [place], atMs: Date.now(), ...limit });
  };

  protected decided(question: QuestionToRoute): Required<Pick<TextMessage, "asked" | "decision">> {
    const decision = this.route(question);
    if (decision.outcome === "refused") throw new BaseError("Policy", "ROUTE_REFUSED", "not there");
    return { asked: question.ask, decision };
  }
}

/** A conversation with another limit, or none. */
export function limited(conversation: Conversation, strictest: Processor | undefined): Conversation {
  const { strictest: _before, ...rest } = conversation;
  return strictest === undefined ? rest : { ...rest, strictest };
}
