import type { AgentEvidence } from "@cloister/client";
import type { AccountId } from "@cloister/contracts/ids";
import { useEffect } from "react";
import { useModel } from "./client-model.ts";
import { useObservable } from "./observable.ts";

/** What is known about where an agent runs. Whoever looks at it before anything is known has it asked. */
export function useAgentEvidence(agent: AccountId): AgentEvidence {
  const model = useModel();
  const evidence = useObservable(model.findEvidence)(agent);
  const isOnline = useObservable(model.connection) === "online";
  const isOpen = evidence.state === "asking" || evidence.state === "stale";
  useEffect(() => {
    if (isOpen && isOnline) model.client.checkAgent(agent);
  }, [model, agent, isOpen, isOnline]);
  return evidence;
}
