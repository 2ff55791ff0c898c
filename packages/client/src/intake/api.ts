import type { ConversationId } from "@cloister/contracts/ids";
import type { Intake } from "@cloister/contracts/intake";

/** A symptom check that somebody has not finished. It stays on this device. */
export interface IntakeDraft extends Intake {
  /** In own words; nothing sends it but the person. */
  readonly note?: string;
}

/** What an interface does with symptom checks besides sending them as texts. */
export interface IntakeCalls {
  /** The check that was begun in this conversation. */
  intakeDraft(conversation: ConversationId): IntakeDraft | undefined;
  /** Keeps it under the store's seal, or without one forgets it. @throws BaseError `CONVERSATION_UNKNOWN` */
  saveIntakeDraft(conversation: ConversationId, draft: IntakeDraft | undefined): Promise<void>;
}
