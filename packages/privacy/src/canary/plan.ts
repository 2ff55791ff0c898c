import { BaseError, concatBytes, toUtf8 } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { type Random, sha256 } from "@cloister/crypto";
import { words } from "./words.ts";

/** Phrases that begin alike; one of them is planted, the others are decoys. */
export interface CanaryGroup {
  readonly beginning: string;
  /** How each goes on; drawn alike, so that nothing but the choice tells one from the others. */
  readonly candidates: readonly string[];
}

/** What is planted and what is not, before anything is sent. A secret until it is scored. */
export interface CanaryPlan {
  readonly version: 1;
  readonly groups: readonly CanaryGroup[];
  /** Of each group the candidate that is planted, drawn after the candidates. */
  readonly choices: readonly number[];
  /** How often a vendor that never saw the phrases may be called a find, in a million. */
  readonly levelPpm: number;
  /** 32 random bytes: nobody can try out choices against the commitment. */
  readonly nonce: Uint8Array;
}

/** How large a plan is. */
export interface PlanSize {
  /** 10 to 500. */
  readonly groupsCount: number;
  /** In a group, 2 to 100. */
  readonly candidatesCount: number;
  /** 1 to 100,000: 10,000 is 1 %. */
  readonly levelPpm: number;
}

const label = toUtf8("Cloister canary plan v1\0");
const nonceBytesCount = 32;
/** Whole sentences: rows of bare nouns read like names to those who look for names. A gap is a word. */
const beginningForm = "the _ and the _ saw the _ by the _;";
const endForm = "they took a _, a _, a _, a _, a _ and a _ home";
const maxAttemptsCount = 60;

/**
 * Draws phrases, then the choice among them.
 * @param accepts whether a phrase may be sent at all (an egress may take one for a name); asked before any choice
 * @throws BaseError `CANARY_SIZE`, `CANARY_PHRASES` when hardly any phrase is accepted
 */
export function drawPlan(random: Random, size: PlanSize, accepts: (phrase: string) => boolean): CanaryPlan {
  const { groupsCount, candidatesCount, levelPpm } = size;
  requireWithin(groupsCount, 10, 500, "groups");
  requireWithin(candidatesCount, 2, 100, "candidates in a group");
  requireWithin(levelPpm, 1, 100_000, "finds in a million of the innocent");
  const seen = new Set<string>();
  const fresh = (form: string, before: string): string | undefined => {
    for (let attempt = 0; attempt < maxAttemptsCount; attempt += 1) {
      const drawn = form.replaceAll("_", () => words[below(random, words.length)] ?? "");
      if (seen.has(drawn) || !accepts(before + drawn)) continue;
      seen.add(drawn);
      return drawn;
    }
    return undefined;
  };
  const groups = Array.from({ length: groupsCount }, () => drawGroup(fresh, candidatesCount));
  const choices = groups.map(() => below(random, candidatesCount));
  return { version: 1, groups, choices, levelPpm, nonce: random(nonceBytesCount) };
}

/** A beginning that hardly any end may follow gives way to another. */
function drawGroup(
  fresh: (form: string, before: string) => string | undefined,
  candidatesCount: number,
): CanaryGroup {
  for (let attempt = 0; attempt < maxAttemptsCount; attempt += 1) {
    const beginning = fresh(beginningForm, "");
    if (beginning === undefined) break;
    const candidates: string[] = [];
    while (candidates.length < candidatesCount) {
      const end = fresh(endForm, `${beginning} `);
      if (end === undefined) break;
      candidates.push(end);
    }
    if (candidates.length === candidatesCount) return { beginning, candidates };
  }
  throw new BaseError(
    "Policy",
    "CANARY_PHRASES",
    "hardly any phrase may be sent; look at the rules of the way out",
  );
}

/**
 * What goes into the transparency log before anything is planted: SHA-256 over the label, a zero byte and the plan
 * in deterministic CBOR, choice and nonce included. 32 bytes.
 */
export function planCommitment({
  version,
  groups,
  choices,
  levelPpm,
  nonce,
}: CanaryPlan): Uint8Array<ArrayBuffer> {
  const body = encodeCbor({
    version,
    groups: groups.map(({ beginning, candidates }) => ({ beginning, candidates: [...candidates] })),
    choices: [...choices],
    levelPpm,
    nonce,
  });
  return sha256(concatBytes(label, body));
}

/** The phrases to plant, one for each group. */
export function plantedPhrases({ groups, choices }: CanaryPlan): string[] {
  return groups.map(({ beginning, candidates }, at) => `${beginning} ${candidates[choices[at] ?? 0] ?? ""}`);
}

/** An integer from 0 up to, without, `limit` (at most 65,536), without bias. */
function below(random: Random, limit: number): number {
  const most = Math.floor(0x1_0000 / limit) * limit;
  for (;;) {
    const [a = 0, b = 0] = random(2);
    const value = a * 256 + b;
    if (value < most) return value % limit;
  }
}

function requireWithin(value: number, least: number, most: number, what: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new BaseError("Usage", "CANARY_SIZE", `use ${least} to ${most} ${what}`);
}
