import { readFileSync } from "node:fs";
import { Seeded } from "../../../tools/training/seeded.ts";
import type { Span } from "../src/labels.ts";
import { roughen } from "./noise.ts";
import { People } from "./people.ts";
import { type MedicalTerms, type Piece, Slots } from "./slots.ts";
import type { Sources } from "./sources.ts";

/** A text with every identifier in it. */
export interface LabelledText {
  readonly text: string;
  readonly spans: readonly Span[];
}

interface Template {
  readonly family: string;
  readonly line: string;
}

const GROUP = /\(([^()⟦⟧]*)\)/;
const SLOT = /\{([A-Z0-9]+)\}/;

function templatesIn(name: string): Template[] {
  let family = "";
  const text = readFileSync(new URL(`templates/${name}.txt`, import.meta.url), "utf8");
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("# ")) family = `${name}/${line.slice(2)}`;
    return line === "" || line.startsWith("# ")
      ? []
      : [{ family, line: line.replaceAll("\\n", "\n").replaceAll("\\t", "\t") }];
  });
}

/** Every fifth template is never trained on. */
function isHeldOutTemplate(index: number): boolean {
  return index % 5 === 2;
}

/** Innermost `(a|b)` first; brackets without a bar stay. */
function chooseWords(line: string, random: Seeded): string {
  let text = line;
  for (let group = GROUP.exec(text); group !== null; group = GROUP.exec(text)) {
    const inner = group[1] ?? "";
    const choice = inner.includes("|") ? random.pick(inner.split("|")) : `⟦${inner}⟧`;
    text = text.slice(0, group.index) + choice + text.slice(group.index + group[0].length);
  }
  return text.replaceAll("⟦", "(").replaceAll("⟧", ")");
}

function fillSlots(line: string, slots: Slots): Piece[] {
  const pieces: Piece[] = [];
  let rest = line;
  for (let slot = SLOT.exec(rest); slot !== null; slot = SLOT.exec(rest)) {
    const filled = slots.fill(slot[1] ?? "");
    if (filled === undefined) throw new Error(`unknown slot {${slot[1]}} in: ${line}`);
    pieces.push({ text: rest.slice(0, slot.index) }, ...filled);
    rest = rest.slice(slot.index + slot[0].length);
  }
  return [...pieces, { text: rest }];
}

/** Text and spans of pieces laid end to end. */
function join(pieces: readonly Piece[]): LabelledText {
  let text = "";
  const spans: Span[] = [];
  for (const piece of pieces) {
    if (piece.label !== undefined && piece.text !== "")
      spans.push({ start: text.length, end: text.length + piece.text.length, label: piece.label });
    text += piece.text;
  }
  return { text, spans };
}

/** Writes texts: from the templates to train with, or from those (and the names) held out. */
export class Writer {
  readonly #random: Seeded;
  readonly #slots: Slots;
  readonly #short: readonly Template[];
  readonly #forms: readonly Template[];
  readonly #fillers: readonly string[];

  constructor(options: {
    sources: Sources;
    terms: MedicalTerms;
    fillers: readonly string[];
    seed: number;
    heldOut: boolean;
  }) {
    this.#random = new Seeded(options.seed);
    this.#slots = new Slots(
      this.#random,
      new People(options.sources, this.#random, options.heldOut),
      options.terms,
    );
    this.#fillers = options.fillers;
    const usable = (names: readonly string[]) =>
      names.flatMap(templatesIn).filter((_, index) => isHeldOutTemplate(index) === options.heldOut);
    this.#short = usable(["chat", "notes", "queries", "talk", "more", "world", "voices"]);
    this.#forms = usable(["forms"]);
  }

  #line(templates: readonly Template[]): Piece[] {
    return fillSlots(chooseWords(this.#random.pick(templates).line, this.#random), this.#slots);
  }

  #ended(pieces: Piece[]): Piece[] {
    const last = pieces.at(-1)?.text ?? "";
    const ended = /[.!?\n:]$/.test(last) || (last === "" && this.#random.chance(30));
    return ended || this.#random.chance(25) ? pieces : [...pieces, { text: "." }];
  }

  #body(): Piece[] {
    const random = this.#random;
    if (random.chance(24)) return this.#line(this.#forms);
    const pieces: Piece[] = [];
    const count = 1 + random.below(4);
    const gap = random.pick([" ", " ", " ", "\n"]);
    for (let at = 0; at < count; at += 1) {
      if (at > 0) pieces.push({ text: gap });
      pieces.push(
        ...(random.chance(22)
          ? [{ text: random.pick(this.#fillers) }]
          : this.#ended(this.#line(this.#short))),
      );
    }
    return random.chance(6) ? [...pieces, { text: "\n" }, ...this.#line(this.#forms)] : pieces;
  }

  write(): LabelledText {
    return join(roughen(this.#body(), this.#random));
  }
}
