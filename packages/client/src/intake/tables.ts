import type { Intake } from "@cloister/contracts/intake";
import { cached } from "../tables.ts";

/** A symptom check that somebody has not finished. It stays on this device. */
export interface IntakeDraft extends Intake {
  /** In own words; nothing sends it but the person. */
  readonly note?: string;
}

/** By conversation. */
export const intakeDraftsTable = cached<IntakeDraft>("intake-drafts");
