import type { AgentClaimName, AgentReason } from "@cloister/attestation";
import type { AgentEvidence } from "@cloister/client";

/** What the badge of an assistant shows. `verified` exists only for hardware, and only where every claim holds. */
export interface EvidenceBadge {
  readonly tone: "checking" | "verified" | "intact" | "word" | "failed";
  readonly label: string;
  /** What it means for whoever writes. */
  readonly line: string;
}

const weaker = "cloister-dev-permissions";

const badges: { readonly [S in Exclude<AgentEvidence["state"], "passed">]: EvidenceBadge } = {
  none: {
    tone: "word",
    label: "Declared",
    line: "The organisation says where the assistant runs. Nothing here can check it.",
  },
  asking: {
    tone: "checking",
    label: "Checking",
    line: "This device asks the assistant what it runs. Until that is checked, nothing is sent to it.",
  },
  stale: {
    tone: "checking",
    label: "Checking again",
    line: "The last check is too old. The assistant is asked again before anything is sent to it.",
  },
  blocked: {
    tone: "failed",
    label: "Blocked",
    line: "What the assistant shows does not hold. Nothing is sent to it. People still get your messages.",
  },
};

const claimWords: { readonly [C in AgentClaimName]: string } = {
  key: "The key that messages are encrypted to belongs to it",
  code: "It runs what the organisation released",
  chip: "Something that is trusted vouches for it",
  measurement: "Its measurement is one of those released",
  log: "The list of releases is signed and not an old one",
  age: "It answered just now, and was not turned back or doubled",
};

const reasonWords: { readonly [R in AgentReason]?: string } = {
  NONCE: "it did not answer this question, but another one",
  EVIDENCE_STALE: "its answer is old",
  EVIDENCE_FUTURE: "the clocks differ too much",
  DEBUG: "it runs in debug mode, where its memory can be read",
  MEASUREMENT: "it runs other code than was released",
  POLICY_EMPTY: "the organisation took all releases back",
  CHAIN_ROOT: "this app does not trust who vouches for it",
  USER_DATA: "its evidence is about something else",
  MANIFEST_INVALID: "what it says about itself cannot be read",
  MANIFEST_ROLE: "its evidence is for a key service, not for people",
  MANIFEST_AGENT: "its evidence is about another assistant",
  MANIFEST_IDENTITY: "its evidence is about another key",
  MANIFEST_KNOWLEDGE: "it answers from other knowledge than was released",
  AGENT_UNVOUCHED: "the organisation does not vouch for its key",
  BOOT_COUNTER: "it was turned back to an earlier state, or runs twice",
  BOOT_CLONED: "it runs twice, with different keys",
  BOOT_OLDER: "an older start of it came back",
  RELEASE_MISSING: "the list of releases is gone",
  RELEASE_INVALID: "the list of releases is not the organisation's",
  RELEASE_OLDER: "the list of releases is older than one seen before",
};

/** Never says "verified" unless hardware vouches for it and every claim passed. */
export function evidenceBadge({ state, class: kind, claims, facts }: AgentEvidence): EvidenceBadge {
  if (state !== "passed") return badges[state];
  if (claims.length === 0 || claims.some(({ status }) => status === "failed")) return badges.blocked;
  if (kind === "hardware") {
    return {
      tone: "verified",
      label: "Verified",
      line: "Protected hardware vouches for the code that reads what you ask.",
    };
  }
  const isWeaker = facts?.moduleId === weaker;
  return {
    tone: "intact",
    label: isWeaker ? "Development, weaker isolation" : "Development",
    line: `Every check passed, and the computer it runs on vouches for it: good for trying out, not for patients.${
      isWeaker ? " Without bubblewrap it is kept apart less well." : ""
    }`,
  };
}

export function claimWord(claim: AgentClaimName): string {
  return claimWords[claim];
}

/** In words where there are some; the code is shown beside it anyway. */
export function reasonWord(reason: AgentReason): string {
  return reasonWords[reason] ?? "its evidence is damaged or forged";
}
