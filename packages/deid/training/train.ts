/**
 * Trains the tagger and writes its weights to `src/tagger/weights-*.ts`: `node packages/deid/training/train.ts`.
 * The same sources give the same bytes.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { Seeded } from "../../../tools/training/seeded.ts";
import type { IdentifierLabel, Span } from "../src/labels.ts";
import { normalise } from "../src/normalise.ts";
import { findStructured } from "../src/rules/structured.ts";
import { caseOf, FEATURE_COUNT, featuresAt, lineStates, ROW_COUNT } from "../src/tagger/features.ts";
import { TAG_COUNT } from "../src/tagger/tags.ts";
import { type Token, tokenise } from "../src/tagger/tokens.ts";
import { addRows, bestTags, IMPOSSIBLE, type Sequence } from "../src/tagger/viterbi.ts";
import { buildCorpus } from "./corpus.ts";
import type { LabelledText } from "./generate.ts";

const WRITTEN_COUNT = 75_000;
const ROUNDS = 5;
/** How much a wrong tag must lose by; more for an identifier missed. */
const MARGIN = 2;
const MISS_MARGIN = 2.5;
/** Features left out at random, so that none is relied on alone. */
const DROPOUT_PERCENT = 20;
/** Words of names and places of which the lists say nothing, as of the next stranger's. */
const UNLISTED_PERCENT = 22;

interface Lesson {
  readonly sequence: Sequence;
  readonly gold: Uint8Array;
}

function tagOf(label: IdentifierLabel): number {
  if (label === "NAME") return 1;
  if (label === "LOCATION") return 3;
  if (label === "DATE") return 6;
  return label === "AGE90" ? 7 : 5;
}

function goldTags(tokens: readonly Token[], spans: readonly Span[]): Uint8Array {
  const gold = new Uint8Array(tokens.length);
  for (const span of spans) {
    let begun = false;
    tokens.forEach((token, at) => {
      if (token.label !== undefined || token.end <= span.start || token.start >= span.end) return;
      const tag = tagOf(span.label);
      gold[at] = begun && tag < 5 && gold[at - 1] !== 0 ? tag + 1 : tag;
      begun = true;
    });
  }
  return gold;
}

function unlisted(token: Token): Token {
  return { ...token, flags: 0 };
}

/** Spans of the text as the detector reads it. */
function lesson({ text: original, spans }: LabelledText, random: Seeded): Lesson {
  const { text, startOf } = normalise(original);
  const position = new Map<number, number>();
  for (let at = text.length; at >= 0; at -= 1) position.set(startOf(at), at);
  const back = (offset: number) => {
    let at = offset;
    while (at > 0 && !position.has(at)) at -= 1;
    return position.get(at) ?? 0;
  };
  const moved =
    text === original
      ? spans
      : spans.map(({ start, end, label }) => ({
          start: back(start),
          end: end >= original.length ? text.length : back(end),
          label,
        }));
  const seen = tokenise(text, findStructured(text));
  const gold = goldTags(seen, moved);
  const tokens = seen.map((token, at) =>
    gold[at] !== 0 && random.chance(UNLISTED_PERCENT) ? unlisted(token) : token,
  );
  return { sequence: { tokens, states: lineStates(tokens, text), textCase: caseOf(text) }, gold };
}

/** Structured perceptron with a margin and averaged weights (Collins 2002; Taskar et al. 2003). */
class Trainer {
  readonly rows = new Float32Array(ROW_COUNT * TAG_COUNT);
  readonly transitions = new Float32Array(TAG_COUNT * TAG_COUNT);
  readonly #rowSums = new Float64Array(ROW_COUNT * TAG_COUNT);
  readonly #transitionSums = new Float64Array(TAG_COUNT * TAG_COUNT);
  #step = 1;

  learn({ sequence, gold }: Lesson, random: Seeded): boolean {
    this.#step += 1;
    const { features, scores } = this.#score(sequence, random);
    for (let at = 0; at < gold.length; at += 1) {
      const right = gold[at] ?? 0;
      for (let tag = 0; tag < TAG_COUNT; tag += 1) {
        if (tag === right) continue;
        const margin = right !== 0 && tag === 0 ? MISS_MARGIN : MARGIN;
        scores[at * TAG_COUNT + tag] = (scores[at * TAG_COUNT + tag] ?? 0) + margin;
      }
    }
    const guess = bestTags(scores, this.transitions);
    let changed = false;
    for (let at = 0; at < gold.length; at += 1) {
      const [right, wrong] = [gold[at] ?? 0, guess[at] ?? 0];
      const [before, wrongBefore] = at === 0 ? [0, 0] : [gold[at - 1] ?? 0, guess[at - 1] ?? 0];
      if (right !== wrong || before !== wrongBefore) {
        this.#move(this.transitions, this.#transitionSums, before * TAG_COUNT + right, 1);
        this.#move(this.transitions, this.#transitionSums, wrongBefore * TAG_COUNT + wrong, -1);
      }
      if (right === wrong) continue;
      changed = true;
      for (let index = at * FEATURE_COUNT; index < (at + 1) * FEATURE_COUNT; index += 1) {
        const row = features[index] ?? 0;
        if (row < 0) continue;
        this.#move(this.rows, this.#rowSums, row * TAG_COUNT + right, 1);
        this.#move(this.rows, this.#rowSums, row * TAG_COUNT + wrong, -1);
      }
    }
    return changed;
  }

  /** As `emissions`, with some features left out. */
  #score(sequence: Sequence, random: Seeded): { features: Int32Array; scores: Float64Array } {
    const count = sequence.tokens.length;
    const features = new Int32Array(count * FEATURE_COUNT).fill(-1);
    const scores = new Float64Array(count * TAG_COUNT);
    for (let at = 0; at < count; at += 1) {
      if (sequence.tokens[at]?.label !== undefined) {
        scores.fill(IMPOSSIBLE, at * TAG_COUNT + 1, (at + 1) * TAG_COUNT);
        continue;
      }
      const own = features.subarray(at * FEATURE_COUNT, (at + 1) * FEATURE_COUNT);
      featuresAt(sequence, at, own);
      for (let index = 0; index < FEATURE_COUNT; index += 1)
        if (random.chance(DROPOUT_PERCENT)) own[index] = -1;
      addRows(own, this.rows, { scores, base: at * TAG_COUNT });
    }
    return { features, scores };
  }

  #move(weights: Float32Array, sums: Float64Array, index: number, by: number): void {
    weights[index] = (weights[index] ?? 0) + by;
    sums[index] = (sums[index] ?? 0) + by * this.#step;
  }

  averaged(): { rows: Float64Array; transitions: Float64Array } {
    const mean = (weights: Float32Array, sums: Float64Array) =>
      Float64Array.from(weights, (weight, index) => weight - (sums[index] ?? 0) / this.#step);
    return {
      rows: mean(this.rows, this.#rowSums),
      transitions: mean(this.transitions, this.#transitionSums),
    };
  }
}

/** Characters of base64 in one file, so that none is too large to read. */
const PART_LENGTH = 720_000;

function write(rows: Int8Array, transitions: readonly number[], step: number): void {
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const digest = createHash("sha256").update(bytes).update(transitions.join(",")).digest("hex");
  const text = bytes.toString("base64");
  const count = Math.ceil(text.length / PART_LENGTH);
  const header = "// Written by packages/deid/training/train.ts; run it again instead of changing this.\n";
  const file = (name: string, body: string) =>
    writeFileSync(new URL(`../src/tagger/${name}.ts`, import.meta.url), header + body);
  for (let part = 0; part < count; part += 1) {
    file(
      `weights-${part + 1}`,
      `export const part${part + 1} =\n  "${text.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH)}";\n`,
    );
  }
  const numbers = Array.from({ length: count }, (_, part) => part + 1);
  file(
    "weights",
    `${numbers.map((part) => `import { part${part} } from "./weights-${part}.ts";\n`).join("")}
/** SHA-256 of the rows' bytes and the transitions, joined by commas. */
export const weightsDigest = "${digest}";
/** What one step of a weight stands for. */
export const weightStep = ${step};
export const transitionWeights: readonly number[] = [${[...transitions].join(", ")}];
/** Rows of eight weights of one byte, as base64. */
export const rowWeights: readonly string[] = [${numbers.map((part) => `part${part}`).join(", ")}];
`,
  );
  process.stdout.write(
    `${rows.length} weights, ${rows.filter((weight) => weight !== 0).length} not zero, sha256 ${digest}\n`,
  );
}

const started = performance.now();
const { training } = await buildCorpus(WRITTEN_COUNT);
const random = new Seeded(99);
const lessons = training
  .map((text) => lesson(text, random))
  .filter(({ gold }) => gold.length > 0 && gold.length < 600);
process.stdout.write(`${lessons.length} texts after ${Math.round((performance.now() - started) / 1000)} s\n`);
const trainer = new Trainer();
for (let round = 0; round < ROUNDS; round += 1) {
  let wrong = 0;
  for (const each of random.shuffle(lessons)) if (trainer.learn(each, random)) wrong += 1;
  process.stdout.write(
    `round ${round + 1}: ${wrong} texts wrong, ${Math.round((performance.now() - started) / 1000)} s\n`,
  );
}
const { rows, transitions } = trainer.averaged();
/** The few largest weights are cut, so that the many small ones keep their steps. */
const sizes = Float64Array.from(rows, Math.abs).sort();
const step = (sizes[Math.floor(sizes.length * 0.999)] ?? 1) / 127;
const quantise = (weights: Float64Array) =>
  Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / step))));
write(
  quantise(rows),
  Array.from(transitions, (weight) => Math.round(weight / step)),
  step,
);
