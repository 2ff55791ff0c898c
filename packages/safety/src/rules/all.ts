import { ages } from "./ages.ts";
import { brain } from "./brain.ts";
import { breathing } from "./breathing.ts";
import { crisis } from "./crisis.ts";
import { heart } from "./heart.ts";
import { infection } from "./infection.ts";
import { injury } from "./injury.ts";
import type { Rule, RuleSet } from "./kinds.ts";
import { pain } from "./pain.ts";
import { poison } from "./poison.ts";

/** Every field; of two that fire with the same urgency, the earlier one decides the kind. */
const ruleSets: readonly RuleSet[] = [crisis, poison, heart, brain, breathing, injury, pain, infection, ages];

/** All findings with their wordings. */
export const patterns: readonly (readonly [finding: string, pattern: string])[] = ruleSets.flatMap(
  ({ findings }) =>
    Object.entries(findings).flatMap(([name, texts]) => texts.map((text) => [name, text] as const)),
);

/** All rules in the order in which they decide. */
export const rules: readonly Rule[] = ruleSets.flatMap((set) => set.rules);

/** Findings about a person's mind, which "for years" makes no less urgent. */
export const mindFindings: ReadonlySet<string> = new Set(Object.keys(crisis.findings));
