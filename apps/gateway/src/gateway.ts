import type { Model } from "@cloister/answering";
import type { ChatService } from "@cloister/chat-http";
import type { Region } from "@cloister/safety";
import { safeEvents } from "./safe.ts";

/** What answers. */
export interface Gateway {
  /** With its queue in front. */
  readonly model: Model;
  /** The house's rules, before those of any client. */
  readonly policy: string;
  readonly region: Region;
}

/** The model between its gates, as what answers behind the endpoint. */
export function gatewayService({ model, policy, region }: Gateway): Omit<ChatService, "keys" | "log"> {
  return {
    name: model.identity.name,
    policy,
    takesSurrogates: false,
    health: () => model.health(),
    answer: ({ request }, signal) => safeEvents(model, request, { region, signal }),
  };
}
