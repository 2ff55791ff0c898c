import type { Model } from "@cloister/answering";
import type { ChatCall, ChatEvent, ChatService } from "@cloister/chat-http";
import { requireNothingLeft } from "./scan.ts";

/** What leads to the vendor. */
export interface Egress {
  /** The vendor's, with its queue in front. */
  readonly model: Model;
  /** Whether the vendor may be sent anything now. @throws BaseError `EGRESS_VENDOR` */
  readonly requireVendor: () => void;
}

/** The way out, as what answers behind the endpoint. Both rules hold for each request and have no switch. */
export function egressService({ model, requireVendor }: Egress): Omit<ChatService, "keys" | "log"> {
  return {
    name: model.identity.name,
    policy: "",
    takesSurrogates: true,
    health: () => model.health(),
    async *answer(call: ChatCall, signal: AbortSignal): AsyncGenerator<ChatEvent, void, undefined> {
      requireVendor();
      requireNothingLeft(call);
      yield* model.generate(call.request, signal);
    },
  };
}
