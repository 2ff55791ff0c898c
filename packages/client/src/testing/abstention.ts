import type { AgentReply } from "../api.ts";

/** What an assistant says that has nothing to say. */
export const abstention: AgentReply = {
  answer: { outcome: "abstained", sentences: [{ text: "Ask a person.", citations: [] }], citations: [] },
  claims: {
    backing: "development",
    engine: { name: "test", version: "1" },
    indexDigest: new Uint8Array(32),
    processedAt: "on-premise",
    deidentified: { applied: false },
  },
};
