import type { IntakeDraft } from "@cloister/client";

/** Symptom checks that are not finished. */
export class FakeIntake {
  readonly intakeDrafts = new Map<string, IntakeDraft>();

  intakeDraft = (conversation: string) => this.intakeDrafts.get(conversation);

  async saveIntakeDraft(conversation: string, draft: IntakeDraft | undefined) {
    if (draft === undefined) this.intakeDrafts.delete(conversation);
    else this.intakeDrafts.set(conversation, draft);
  }
}
