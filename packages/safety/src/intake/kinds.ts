import type { EmergencyKind } from "../rules/kinds.ts";

/** How soon somebody should be seen, rising. `self-care` is the floor: rules only raise. */
export const urgencies = ["self-care", "routine", "urgent", "emergency"] as const;

/** See {@link urgencies}. */
export type Urgency = (typeof urgencies)[number];

/** A code of a published system that means what a question asks. */
export interface LoincCode {
  readonly code: string;
  readonly display: string;
}

/** One thing to choose. */
export interface Option {
  /** Unique in its question; `questionnaire.item.code` is the local concept. */
  readonly code: string;
  readonly text: string;
  /** What choosing it raises the urgency to. */
  readonly raises?: Urgency;
  /** Cannot be chosen beside others: "None of these", "I am not sure". */
  readonly isExclusive?: true;
}

interface ItemBase {
  /** FHIR `linkId`. */
  readonly id: string;
  readonly text: string;
  readonly loinc?: LoincCode;
  /** Asked only when one of these codes is the answer to an earlier question. */
  readonly when?: { readonly item: string; readonly codes: readonly string[] };
}

/** One or several of a list: findings, body sites, durations. */
export interface ChoiceItem extends ItemBase {
  readonly kind: "choice";
  readonly isMany: boolean;
  readonly options: readonly Option[];
}

/** A whole number from 0 to `most`. */
export interface ScaleItem extends ItemBase {
  readonly kind: "scale";
  readonly most: number;
  readonly least: { readonly label: string };
  readonly greatest: { readonly label: string };
  /** From this number on, the highest first. */
  readonly raises: readonly { readonly from: number; readonly to: Urgency }[];
}

/** One question. */
export type Item = ChoiceItem | ScaleItem;

/** What several answers together raise the urgency to. */
export interface IntakeRule {
  readonly id: string;
  /** Every entry must hold: one of its codes is among the answers to its question. */
  readonly all: readonly { readonly item: string; readonly codes: readonly string[] }[];
  readonly raises: Urgency;
  /** In plain words, for the person and the clinician. */
  readonly says: string;
}

/** Questions about one symptom, and what the answers raise. */
export interface Questionnaire {
  readonly id: string;
  /** Another one for any change of questions, codes or rules. */
  readonly version: string;
  readonly title: string;
  /** What an emergency would be about, for first steps and special lines. */
  readonly kind: EmergencyKind;
  readonly items: readonly Item[];
  readonly rules: readonly IntakeRule[];
  /** Whether a clinician reviewed questions and rules. People are told when not. */
  readonly isReviewed: boolean;
}

/** An answer: codes that were chosen, or a number on a scale. */
export type IntakeAnswer =
  | { readonly item: string; readonly codes: readonly string[] }
  | { readonly item: string; readonly value: number };

/** The higher of two. */
export function higher(a: Urgency, b: Urgency): Urgency {
  return urgencies.indexOf(a) >= urgencies.indexOf(b) ? a : b;
}
