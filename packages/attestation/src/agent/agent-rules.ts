import type { AttestationCode } from "../rules.ts";

/** What can be wrong with an agent's evidence beside the evidence itself, and what holds otherwise. */
export const agentRules = {
  MANIFEST_INVALID: "the manifest is one of version 1",
  MANIFEST_ROLE: "the manifest is for clients: one for a key service proves nothing to them",
  MANIFEST_AGENT: "the manifest is about this agent",
  MANIFEST_IDENTITY: "the manifest names the identity key that messages are encrypted to",
  AGENT_UNVOUCHED: "the organisation vouches for the identity key",
  MANIFEST_KNOWLEDGE: "the knowledge is what the organisation released with this code",
  BOOT_COUNTER: "documents of one boot have numbers that ascend: otherwise it was rolled back or runs twice",
  BOOT_OLDER: "a boot is younger than all those seen before",
  BOOT_CLONED: "one boot has one identity key",
  RELEASE_MISSING: "the organisation signed which code it runs, and still says so",
  RELEASE_INVALID: "the list of released code is signed with the organisation's key",
  RELEASE_OLDER: "the list of released code is not older than one seen before",
} as const;

/** Why an agent is not trusted: a rule of the evidence or one of {@link agentRules}. */
export type AgentReason = AttestationCode | keyof typeof agentRules;
