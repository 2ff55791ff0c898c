import type { CrisisLevel } from "./crisis-level.ts";
import type { EmergencyNumbers } from "./regions.ts";
import type { EmergencyKind, RuleUrgency } from "./rules/kinds.ts";

/** What to do first, by kind; plain, and nothing that could wait. */
const firstSteps: Partial<Readonly<Record<EmergencyKind, string>>> = {
  anaphylaxis: "Use an adrenaline auto-injector if there is one.",
  bleeding: "Press firmly on a bleeding wound.",
  burn: "Cool the burn under running water while you wait.",
  "carbon-monoxide": "Get everyone out into fresh air first.",
  cardiac: "Sit down and rest while you wait.",
  choking: "Give back blows if the person cannot cough.",
  cold: "Move to a warm, dry place and wrap up.",
  drowning: "Start CPR if the person does not breathe.",
  eye: "Rinse a chemical out of the eye with water at once.",
  heat: "Move to the shade and cool the body with water.",
  seizure: "Keep the person safe from injury and put nothing in the mouth.",
  stroke: "Note when it began.",
  unconscious: "Start CPR if the person does not breathe normally.",
};

/** Kinds for which the first step is to go to an emergency department rather than to wait for an ambulance. */
const goThere: ReadonlySet<EmergencyKind> = new Set([
  "abdomen",
  "clot",
  "illness",
  "eye",
  "infection",
  "infant-fever",
  "spine",
  "testicle",
]);

function callSentence({ emergency }: EmergencyNumbers, kind: EmergencyKind): string {
  if (goThere.has(kind)) return `Go to the nearest emergency department now, or call ${emergency}.`;
  return `Call ${emergency} now.`;
}

/** From here on somebody may act within hours. */
const nearAct: ReadonlySet<CrisisLevel | undefined> = new Set(["intent", "means", "act"]);

function crisisSentence({ emergency, crisis }: EmergencyNumbers, level: CrisisLevel | undefined): string {
  if (nearAct.has(level)) {
    const line = crisis === undefined ? "" : ` or the crisis line at ${crisis}`;
    return `You deserve help right now. Call ${emergency}${line} now, also if someone else is in danger. Move away from anything that could be used to do harm, and stay with someone you trust.`;
  }
  const line = crisis === undefined ? "" : ` You can also call the crisis line at ${crisis} at any hour.`;
  return `You deserve help right now. If you or someone else is in danger, call ${emergency}.${line} Stay with someone you trust.`;
}

/** What advice depends on. */
interface Situation {
  readonly kind: EmergencyKind;
  readonly urgency: RuleUrgency;
  readonly level?: CrisisLevel | undefined;
}

function poisonSentence({ emergency, poison, poisonHours }: EmergencyNumbers): string {
  const otherwise = poisonHours === undefined ? "" : ` (${poisonHours}, at other times ${emergency})`;
  return `Call ${emergency} now if the person is drowsy, fits or breathes badly; otherwise call the poison line at ${poison ?? emergency}${otherwise} now. Do not wait for symptoms.`;
}

/** What to tell the person: one to three plain sentences with the numbers of the region. */
export function adviceFor({ kind, urgency, level }: Situation, numbers: EmergencyNumbers): string {
  if (kind === "suicide" || kind === "self-harm" || kind === "psychosis")
    return crisisSentence(numbers, level);
  if (urgency === "urgent") {
    const line = numbers.advice === undefined ? "" : ` or call ${numbers.advice}`;
    return `This should be looked at today. Contact a clinician or an urgent care service${line}. If it gets worse, call ${numbers.emergency}.`;
  }
  if (kind === "violence")
    return `If anyone is in danger, get to a safe place and call ${numbers.emergency} now.`;
  if ((kind === "overdose" || kind === "poisoning") && numbers.poison !== undefined) {
    return poisonSentence(numbers);
  }
  const step = firstSteps[kind];
  const call = `This may be an emergency. ${callSentence(numbers, kind)}`;
  return step === undefined ? call : `${call} ${step}`;
}
