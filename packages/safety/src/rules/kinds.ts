import type { PatternText } from "../patterns.ts";

/** What an emergency can be about. */
export const emergencyKinds = [
  "abdomen",
  "anaphylaxis",
  "artery",
  "bleeding",
  "breathing",
  "burn",
  "carbon-monoxide",
  "cardiac",
  "choking",
  "clot",
  "cold",
  "confusion",
  "diabetes",
  "drowning",
  "eye",
  "head-injury",
  "heat",
  "illness",
  "infant",
  "infant-fever",
  "infection",
  "meningitis",
  "overdose",
  "poisoning",
  "pregnancy",
  "psychosis",
  "seizure",
  "self-harm",
  "sepsis",
  "spine",
  "stroke",
  "suicide",
  "testicle",
  "trauma",
  "unconscious",
  "violence",
  "withdrawal",
] as const;

/** What an emergency is about. */
export type EmergencyKind = (typeof emergencyKinds)[number];

/** `emergency`: call or go now. `urgent`: be seen the same day. */
export type RuleUrgency = "emergency" | "urgent";

/** What a text may say, each with its wordings. */
type Findings = Readonly<Record<string, readonly PatternText[]>>;

/** Fires when every requirement is met by some finding that counts. */
export interface Rule {
  readonly id: string;
  readonly kind: EmergencyKind;
  readonly urgency: RuleUrgency;
  /** Each entry is a finding, or several of which one is enough. */
  readonly all: readonly (string | readonly string[])[];
  /** Findings that, present anywhere, say that it is something else. Never a person's own opinion of it. */
  readonly unless?: readonly string[];
}

/** One field of emergencies: findings and the rules over them. */
export interface RuleSet {
  readonly findings: Findings;
  readonly rules: readonly Rule[];
}

/** A rule without what {@link rulesFor} adds; an emergency unless told. */
type RuleText = Pick<Rule, "all" | "unless"> & { readonly urgency?: RuleUrgency };

/** The rules of one kind, by id. */
export function rulesFor(kind: EmergencyKind, texts: Readonly<Record<string, RuleText>>): Rule[] {
  return Object.entries(texts).map(([id, { all, unless, urgency = "emergency" }]) =>
    unless === undefined ? { id, kind, urgency, all } : { id, kind, urgency, all, unless },
  );
}
