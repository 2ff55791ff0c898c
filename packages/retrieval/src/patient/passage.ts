import { BaseError } from "@cloister/bytes";

/** What a passage of a patient's says, once it is said whose turn it is. */
export interface RevealedPassage {
  readonly id: string;
  /** What people are shown as the source: "Medication list, 2026-03-02". */
  readonly title: string;
  /** Lines that can be quoted alone. Attacker-controlled: others wrote it. */
  readonly text: string;
  /** Other words under which it may be asked for; searched, never shown. */
  readonly keywords: string;
}

/** Where a passage is from: earlier turns of the conversation, or the organisation's health record. */
export type PatientSource = "memory" | "chart";

/** Input of a {@link PatientPassage}. */
export interface PatientPassageInput extends RevealedPassage {
  readonly patient: string;
  readonly source: PatientSource;
}

/**
 * Something about one patient. It is no article and no passage of the knowledge, by type and at run time: what
 * it says is private state, which no spread, log line, JSON or index can pick up, and it comes out only for the
 * patient whose it is.
 */
export class PatientPassage {
  readonly source: PatientSource;
  readonly #patient: string;
  readonly #content: RevealedPassage;

  constructor({ patient, source, id, title, text, keywords }: PatientPassageInput) {
    this.source = source;
    this.#patient = patient;
    this.#content = { id, title, text, keywords };
  }

  /** @throws BaseError `PATIENT_MISMATCH` when the turn is somebody else's */
  revealTo(patient: string): RevealedPassage {
    if (patient !== this.#patient) {
      throw new BaseError(
        "Policy",
        "PATIENT_MISMATCH",
        "this passage is about another patient; drop the turn",
      );
    }
    return this.#content;
  }
}
