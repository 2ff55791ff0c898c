import { adviceFor } from "./advice.ts";
import { type CrisisLevel, crisisLevel } from "./crisis-level.ts";
import { isReadable } from "./language.ts";
import { judge } from "./model/judge.ts";
import { firstFrom } from "./model/search.ts";
import { type Hit, type Hits, readText, type TextReading } from "./reading.ts";
import { emergencyNumbers, type Region } from "./regions.ts";
import { rules } from "./rules/all.ts";
import type { EmergencyKind, Rule } from "./rules/kinds.ts";
import type { Range, Token } from "./tokens.ts";

/** What the check found, and what to tell the person. */
export interface RedFlags {
  readonly emergency: boolean;
  /** `emergency`: act now; `urgent`: be seen today; `routine`: nothing found, which is no diagnosis. */
  readonly urgency: "emergency" | "urgent" | "routine";
  readonly kind?: EmergencyKind;
  /** How near the act somebody in a crisis is. */
  readonly crisis?: CrisisLevel;
  /** The text is in no language that is read here: that nothing was found says nothing at all. */
  readonly language?: "unknown";
  /** One to three plain sentences with the region's numbers. */
  readonly advice?: string;
  /** Ids of the rules that fired, the deciding one first. */
  readonly rules: readonly string[];
  /** The words that made them fire, in UTF-16 code units, in order. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

/** Findings of one rule must lie this near, in tokens. */
const WINDOW = 80;
/** What the list of rules says when the model raised the urgency. */
const MODEL = "MODEL";

function hitsFor(names: string | readonly string[], hits: Hits): readonly Hit[] {
  if (typeof names === "string") return hits.get(names) ?? [];
  return names.flatMap((name) => hits.get(name) ?? []).sort((a, b) => a.from - b.from);
}

/** One hit for each requirement, all near the first one's, or nothing. */
function evidenceFor(rule: Rule, hits: Hits): Hit[] | undefined {
  const [anchors, ...others] = rule.all.map((entry) => hitsFor(entry, hits));
  for (const anchor of anchors ?? []) {
    const evidence = [anchor];
    for (const options of others) {
      const next = options[firstFrom(options, anchor.from - WINDOW)];
      if (next !== undefined && next.from <= anchor.from + WINDOW) evidence.push(next);
    }
    if (evidence.length === rule.all.length) return evidence;
  }
  return undefined;
}

/** A rule that holds, and the findings that made it hold. */
interface Fired {
  readonly rule: Rule;
  readonly evidence: readonly Hit[];
}

/** The rules that hold, emergencies first. */
export function firedRules({ present, counted }: TextReading): Fired[] {
  const fired: Fired[] = [];
  for (const rule of rules) {
    if (rule.unless?.some((name) => present.has(name)) === true) continue;
    const evidence = evidenceFor(rule, counted);
    if (evidence !== undefined) fired.push({ rule, evidence });
  }
  return fired.sort(
    (a, b) => Number(b.rule.urgency === "emergency") - Number(a.rule.urgency === "emergency"),
  );
}

function spansOf(places: readonly Range[], tokens: readonly Token[]): { start: number; end: number }[] {
  const spans = places.map(({ from, to }) => ({
    start: tokens[from]?.start ?? 0,
    end: tokens[to]?.end ?? 0,
  }));
  return spans.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** What decides: the rules, and where they see no emergency the model, which can only raise. */
function decide(reading: TextReading): Pick<RedFlags, "urgency" | "kind" | "rules"> & { places: Range[] } {
  const fired = firedRules(reading);
  const names = fired.map(({ rule }) => rule.id);
  const places = fired.flatMap(({ evidence }) => evidence);
  const [first] = fired;
  if (first?.rule.urgency === "emergency") {
    return { urgency: "emergency", kind: first.rule.kind, rules: names, places };
  }
  const judged = judge(reading);
  if (judged !== undefined) {
    const { kind } = judged;
    return { urgency: "emergency", kind, rules: [MODEL, ...names], places: [judged, ...places] };
  }
  if (first === undefined) return { urgency: "routine", rules: [], places: [] };
  return { urgency: "urgent", kind: first.rule.kind, rules: names, places };
}

/**
 * Looks for red flags in what a person wrote: lay, misspelt and indirect wordings; absent findings, family
 * history, past events and general questions do not count, and no opinion of the writer ("probably
 * nothing") lowers what was found. Rules decide first; a small linear model may raise what they say and never
 * lowers it. No state; the time grows linearly with the text.
 *
 * Finding nothing means nothing.
 * @param text up to 100,000 UTF-16 code units
 * @throws BaseError `SAFETY_TEXT`
 */
export function checkRedFlags(text: string, { region }: { readonly region?: Region } = {}): RedFlags {
  const reading = readText(text);
  const { urgency, kind, rules: names, places } = decide(reading);
  const spans = spansOf(places, reading.tokens);
  const language = isReadable(reading.tokens) ? {} : { language: "unknown" as const };
  if (kind === undefined || urgency === "routine") {
    return { emergency: false, urgency: "routine", ...language, rules: names, spans };
  }
  const level = crisisLevel(reading, kind === "suicide" || kind === "self-harm");
  const advice = adviceFor({ kind, urgency, level }, emergencyNumbers(region));
  const crisis = level === undefined ? {} : { crisis: level };
  return {
    emergency: urgency === "emergency",
    urgency,
    kind,
    ...crisis,
    ...language,
    advice,
    rules: names,
    spans,
  };
}
