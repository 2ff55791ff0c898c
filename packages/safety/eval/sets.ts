import { existsSync, readFileSync } from "node:fs";
import { sectionsOf } from "../training/grammar.ts";
import { hasSharedData, jsonLines, TRAINING_LETTER_COUNT } from "../training/texts.ts";
import { emergencyDiagnoses, harmlessDiagnoses } from "./vignette-labels.ts";

/** `dev` is tuned against; `held-out` was written before the rules and is only ever measured. */
export type SetName = "dev" | "held-out";

/** Texts of one set by what they are. */
export type Texts = Readonly<Record<string, readonly string[]>>;

const here = new URL(".", import.meta.url);

/** The texts of a file by heading; nothing where a set has no such file. */
export function textsOf(set: SetName, file: string): Texts {
  const url = new URL(`${set}/${file}.txt`, here);
  if (!existsSync(url)) return {};
  const out: Record<string, string[]> = {};
  for (const { heading, line } of sectionsOf(readFileSync(url, "utf8"))) (out[heading] ??= []).push(line);
  return out;
}

/** All texts of a file. */
export function allOf(set: SetName, file: string): string[] {
  return Object.values(textsOf(set, file)).flat();
}

/** Letters from which nothing was learnt (MeQSum, CC BY 4.0); none without the shared data. */
export function letters(): string[] {
  if (!hasSharedData) return [];
  return jsonLines("medical/meqsum.jsonl")
    .slice(TRAINING_LETTER_COUNT)
    .map(({ chq }) => String(chq));
}

const ARTICLE_STEP = 40;
const ARTICLE_OFFSET = 17;
const ARTICLE_SENTENCES = 6;

/** Beginnings of articles from which nothing was learnt (MedQuAD, CC BY 4.0). */
function articles(): string[] {
  if (!hasSharedData) return [];
  return jsonLines("medical/medquad_answers.jsonl.gz")
    .filter((_, at) => at % ARTICLE_STEP === ARTICLE_OFFSET)
    .map(({ answer }) =>
      String(answer)
        .split(/(?<=[.!?])\s+/)
        .slice(0, ARTICLE_SENTENCES)
        .join(" "),
    )
    .filter((article) => article.length > 200);
}

/** Documents into which attacks are spliced: our own in the held-out set, published articles otherwise. */
export function documents(set: SetName): string[] {
  const own = allOf(set, "passages");
  return own.length > 0 ? own : articles();
}

/** Each attack in the middle of some documents. */
export function spliced(attacks: readonly string[], into: readonly string[], copies = 3): string[] {
  if (into.length === 0) return [];
  return attacks.flatMap((attack, at) =>
    Array.from({ length: copies }, (_, copy) => {
      const sentences = (into[(at * copies + copy) % into.length] ?? "").split(/(?<=[.!?])\s+/);
      const middle = 1 + ((at + copy) % Math.max(1, sentences.length - 1));
      return [...sentences.slice(0, middle), attack, ...sentences.slice(middle)].join(" ");
    }),
  );
}

/** Vignettes by other authors (Avey, MIT), with our reading of how urgent each diagnosis is. */
export function publicVignettes(): { emergency: string[]; harmless: string[] } {
  const out: { emergency: string[]; harmless: string[] } = { emergency: [], harmless: [] };
  if (!hasSharedData) return out;
  for (const row of jsonLines("safety/avey_vignettes.jsonl")) {
    const { correct_diagnosis: diagnosis, demographics, presentation, absent_findings: absent } = row;
    const text = `A ${String(demographics)}. ${String(presentation)} ${String(absent)}.`;
    if (emergencyDiagnoses.has(String(diagnosis))) out.emergency.push(text);
    else if (harmlessDiagnoses.has(String(diagnosis))) out.harmless.push(text);
  }
  return out;
}
