import { readFileSync } from "node:fs";
import { labelOfQuestion, labelOfSummary } from "../training/labels.ts";
import { column, every, sharedRows } from "../training/shared.ts";
import { LETTERS } from "../training/texts.ts";

/** What the texts of a set are: general questions, cases without identifiers, protected cases, or with identifiers. */
type Kind = "general" | "case" | "protected" | "identified";

/** Texts with one label, and whether anything was tuned on them. */
export interface EvalSet {
  readonly name: string;
  readonly kind: Kind;
  readonly heldOut: boolean;
  readonly texts: readonly string[];
}

/** Written before anything was tuned, then looked at to improve templates and rules. */
const dev = new URL("dev/", import.meta.url);
/** Written after that by the same author; never looked at for tuning. */
const heldOut = new URL("held-out/", import.meta.url);
/** Texts of another package's authors: people who write about what they or others have. */
const safety = new URL("../../safety/eval/held-out/", import.meta.url);

const linesOf = (name: string, base: URL): string[] =>
  readFileSync(new URL(name, base), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "));

/** The sets written by hand for this package. */
export function ownSets(): EvalSet[] {
  const names = [
    ["general", "general"],
    ["case", "case"],
    ["sensitive", "protected"],
  ] as const;
  const from = (base: URL): EvalSet[] =>
    names.map(([name, kind]) => ({
      name: `by hand, ${kind}`,
      kind,
      heldOut: base === heldOut,
      texts: linesOf(`${name}.txt`, base),
    }));
  return [...from(heldOut), ...from(dev)];
}

/** Clinicians' questions that training does not see. */
function questions(label: string): string[] {
  const rows = sharedRows("medical/rqe_train.jsonl.gz");
  const distinct = [...new Set(rows.flatMap(({ chq, faq }) => [String(chq), String(faq)]))];
  return every(distinct, 2, 1).filter((text) => labelOfQuestion(text) === label);
}

/** Parts of public data from which training does not learn. */
export function sharedSets(): EvalSet[] {
  const letters = sharedRows("medical/meqsum.jsonl").slice(LETTERS);
  const withIdentifiers = (name: string): string[] =>
    column(
      sharedRows(name).filter(({ spans }) => Array.isArray(spans) && spans.length > 0),
      "text",
    );
  const vignettes = every(sharedRows("safety/avey_vignettes.jsonl"), 2, 1);
  const set = (name: string, kind: Kind, texts: readonly string[]): EvalSet => ({
    name,
    kind,
    heldOut: false,
    texts,
  });
  return [
    set(
      "MedQuAD questions",
      "general",
      every(column(sharedRows("training/medquad_questions.jsonl.gz"), "text"), 12, 7),
    ),
    set("PHI-free medical sentences", "general", column(sharedRows("deid/data/sets/dev/medq.jsonl"), "text")),
    set("ASQ-PHI hard negatives", "general", column(sharedRows("deid/data/sets/dev/asqneg.jsonl"), "text")),
    set(
      "MeQSum summaries",
      "general",
      column(letters, "sum").filter((text) => labelOfSummary(text) === "general"),
    ),
    set("RQE questions, general", "general", questions("general")),
    set("RQE questions, cases", "case", questions("case")),
    set("MeQSum letters", "case", column(letters, "chq")),
    set(
      "Avey vignettes",
      "case",
      vignettes.map((row) => `${String(row["demographics"])}. ${String(row["presentation"])}`),
    ),
    set("safety, red flags", "case", linesOf("red-flags.txt", safety)),
    set("safety, vignettes", "case", linesOf("vignettes.txt", safety)),
    set("ASQ-PHI", "identified", withIdentifiers("deid/data/sets/dev/asq.jsonl")),
    set("clinical chat", "identified", withIdentifiers("deid/data/sets/dev/clinical.jsonl")),
    set("presidio-research", "identified", withIdentifiers("deid/data/sets/dev/presidio.jsonl")),
    set("AmbientMeta", "identified", withIdentifiers("deid/data/sets/dev/ambient.jsonl")),
  ];
}
