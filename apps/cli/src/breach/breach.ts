import { BaseError } from "@cloister/bytes";
import { z } from "zod/mini";

const dayMs = 86_400_000;
const noticeDays = 60;
const manyCount = 500;

const day = z.iso.date();
const incidentSchema = z.strictObject({
  /** First day on which it was known, or would have been with reasonable diligence (164.404(a)(2)). */
  discovered: day,
  /** Days between which leaves are looked at. */
  from: day,
  to: day,
  /** Those affected, by State or jurisdiction; nobody's name. */
  affected: z.record(z.string().check(z.regex(/^[A-Z]{2}$/)), z.int().check(z.nonnegative())),
  /** Whether keys were exposed too: what is encrypted and whose keys are safe is not "unsecured" (164.402). */
  keysExposed: z.boolean(),
  /** What happened, for the notice; nothing about a patient. */
  what: z.string().check(z.minLength(1), z.maxLength(2000)),
});

/** What the privacy officer knows. */
export type Incident = z.infer<typeof incidentSchema>;

/** A leaf's kind and hour, and whose pseudonym it has; the log holds no more. */
export interface LoggedAct {
  readonly index: number;
  readonly type: string;
  /** UTC hour, `2026-11-24T16Z`. */
  readonly at: string;
  /** Hexadecimal. */
  readonly actor?: string;
  readonly conversation?: string;
}

interface Deadline {
  readonly to: string;
  readonly by: string;
  readonly rule: string;
}

export interface BreachReport {
  readonly what: string;
  readonly when: { readonly discovered: string; readonly from: string; readonly to: string };
  /** Pseudonyms: only the organisation's own endpoints know who they are. */
  readonly who: {
    readonly actors: readonly string[];
    readonly conversations: readonly string[];
    readonly affectedCount: number;
  };
  readonly acts: Readonly<Record<string, number>>;
  readonly unsecured: boolean;
  readonly deadlines: readonly Deadline[];
}

/** @throws BaseError `BREACH_INPUT` */
export function readIncident(text: string): Incident {
  try {
    const incident = incidentSchema.parse(JSON.parse(text));
    if (incident.from <= incident.to) return incident;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

function invalid(cause?: unknown): BaseError {
  const message =
    "say discovered, from, to (YYYY-MM-DD), affected by State, keysExposed and what; docs/compliance.md shows it";
  return new BaseError("Usage", "BREACH_INPUT", message, { cause });
}

/** Who, what and when from the log, and until when whom to tell (45 CFR 164.404, 406, 408). */
export function breachReport(incident: Incident, acts: readonly LoggedAct[]): BreachReport {
  const within = acts.filter(({ at }) => at.slice(0, 10) >= incident.from && at.slice(0, 10) <= incident.to);
  const distinct = (name: "actor" | "conversation") =>
    [...new Set(within.flatMap((act) => act[name] ?? []))].toSorted();
  const counts: Record<string, number> = {};
  for (const { type } of within) counts[type] = (counts[type] ?? 0) + 1;
  const { discovered, from, to, what, keysExposed } = incident;
  return {
    what,
    when: { discovered, from, to },
    who: {
      actors: distinct("actor"),
      conversations: distinct("conversation"),
      affectedCount: countOf(incident),
    },
    acts: counts,
    unsecured: keysExposed,
    deadlines: keysExposed ? deadlines(incident) : [],
  };
}

function countOf({ affected }: Incident): number {
  return Object.values(affected).reduce((sum, count) => sum + count, 0);
}

/** Outer limits: each notice is due without unreasonable delay. */
function deadlines(incident: Incident): Deadline[] {
  const { discovered, affected } = incident;
  const by = daysAfter(discovered, noticeDays);
  const yearEnd = `${discovered.slice(0, 4)}-12-31`;
  const isMany = countOf(incident) >= manyCount;
  const secretary = isMany
    ? { by, rule: `164.408(b): ${manyCount} people or more, with their notice` }
    : {
        by: daysAfter(yearEnd, noticeDays),
        rule: `164.408(c): fewer than ${manyCount}, ${noticeDays} days after the year's end`,
      };
  return [
    { to: "each person affected", by, rule: "164.404(b): 60 days after discovery" },
    { to: "the Secretary of HHS", ...secretary },
    ...Object.entries(affected)
      .filter(([, count]) => count > manyCount)
      .map(([state]) => ({
        to: `prominent media in ${state}`,
        by,
        rule: `164.406: more than ${manyCount} residents of one State`,
      })),
  ];
}

function daysAfter(from: string, days: number): string {
  return new Date(Date.parse(from) + days * dayMs).toISOString().slice(0, 10);
}
