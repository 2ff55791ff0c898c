import type { TextReading } from "../reading.ts";
import { type EmergencyKind, emergencyKinds } from "../rules/kinds.ts";
import { windowsOf } from "./features.ts";
import { LinearModel } from "./linear.ts";
import { topic as storedTopic, urgency as storedUrgency } from "./weights-urgency.ts";

const urgency = new LinearModel(storedUrgency);
const topics = storedTopic.map((stored) => new LinearModel(stored));

/** What the model makes of a text that it takes for an emergency. */
export interface Judgement {
  readonly kind: EmergencyKind;
  /** The sentences that speak for it most, in tokens. */
  readonly from: number;
  readonly to: number;
}

function topicOf(features: ReadonlySet<number>): { kind: EmergencyKind; score: number } {
  let best: EmergencyKind = "illness";
  let highest = -Infinity;
  for (const [at, model] of topics.entries()) {
    const score = model.score(features);
    const kind = emergencyKinds[at];
    if (kind === undefined || score <= highest) continue;
    highest = score;
    best = kind;
  }
  return { kind: best, score: highest };
}

/** A missed plan to die costs more than a line too many: these need less to be taken for an emergency. */
const crisisKinds: ReadonlySet<EmergencyKind> = new Set(["suicide", "self-harm", "violence"]);
const CRISIS_ALLOWANCE = 0.5;
/** How surely the topic must be one of them. */
const CRISIS_TOPIC = 0;

/**
 * Takes a text for an emergency, or says nothing: one of its windows must speak for it. It is only ever asked
 * to raise what the rules say.
 */
export function judge(reading: TextReading): Judgement | undefined {
  let best: Judgement | undefined;
  let highest = -Infinity;
  for (const { from, to, features } of windowsOf(reading.tokens, reading)) {
    const score = urgency.score(features);
    if (score <= highest || score < urgency.threshold - CRISIS_ALLOWANCE) continue;
    const topic = topicOf(features);
    const isCrisis = crisisKinds.has(topic.kind) && topic.score > CRISIS_TOPIC;
    if (score < urgency.threshold && !isCrisis) continue;
    highest = score;
    best = { kind: topic.kind, from, to };
  }
  return best;
}
