/**
 * Compiles word lists with open licences into `src/lexicon/table.ts`: `node packages/deid/training/build-lexicon.ts`.
 * Needs npm and pip for the lists, and the public data beside the repository for the medical words.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { cellsOf, foldWord, wordFlags } from "../src/lexicon/words.ts";
import { loadSources, readShared, type Sources, sharedLines } from "./sources.ts";
import { brands, eponyms, generics, signs } from "./vocabulary.ts";

const WORD = /[\p{L}\p{M}]+/gu;

class Flags {
  readonly words = new Map<string, number>();

  add(text: string, flag: number): void {
    for (const word of text.match(WORD) ?? []) {
      const folded = foldWord(word);
      if (folded.length > 1 && folded.length <= 24)
        this.words.set(folded, (this.words.get(folded) ?? 0) | flag);
    }
  }
}

function addNames(flags: Flags, sources: Sources): void {
  for (const { given, surnames, cities } of sources.locales) {
    for (const name of given) flags.add(name, wordFlags.given);
    for (const name of surnames) flags.add(name, wordFlags.surname);
    for (const name of cities) flags.add(name, wordFlags.place);
  }
  for (const name of sources.censusGiven) flags.add(name, wordFlags.given);
  for (const name of sources.censusSurnames) flags.add(name, wordFlags.surname);
  for (const name of [
    ...sources.censusGiven.slice(0, 400),
    ...sources.censusGiven.slice(4275, 4675),
    ...sources.censusSurnames.slice(0, 1500),
  ]) {
    flags.add(name, wordFlags.frequentName);
  }
}

function addPlaces(flags: Flags, sources: Sources): void {
  for (const { name, population } of sources.cities) {
    const parts = name.match(WORD) ?? [];
    const whole = parts.length === 1;
    if (!whole && population < 3000) continue;
    for (const part of parts) flags.add(part, whole ? wordFlags.place : wordFlags.placePart);
  }
}

function addMedical(flags: Flags): void {
  const counts = new Map<string, { lower: number; all: number }>();
  const count = (text: string) => {
    for (const word of text.match(WORD) ?? []) {
      const folded = foldWord(word);
      const entry = counts.get(folded) ?? { lower: 0, all: 0 };
      entry.all += 1;
      if (word === folded) entry.lower += 1;
      counts.set(folded, entry);
    }
  };
  for (const { question, answer } of sharedLines<{ question: string; answer: string }>(
    "medical/medquad_answers.jsonl.gz",
  )) {
    count(question);
    count(answer);
  }
  for (const [word, { all }] of counts) if (all >= 3) flags.add(word, wordFlags.medical);
  for (const term of [...brands, ...generics, ...eponyms, ...signs]) flags.add(term, wordFlags.medical);
  for (const line of readShared("medical/drugbank_vocabulary.csv.gz").split("\n").slice(1)) {
    const name = line.split(",")[2] ?? "";
    if (/^[A-Z][a-z]{4,}$/.test(name)) flags.add(name, wordFlags.medical);
  }
}

function addEnglish(flags: Flags, { popularWords, englishWords }: Sources): void {
  const lower = (words: readonly string[]) => words.filter((word) => /^[a-z]+$/.test(word));
  const common = new Set(lower(englishWords.common));
  const popular = new Set(popularWords.slice(0, 15_000));
  for (const word of common) flags.add(word, popular.has(word) ? wordFlags.common : wordFlags.rare);
  for (const word of lower(englishWords.rare)) if (!common.has(word)) flags.add(word, wordFlags.rare);
}

/** Peels the hypergraph of an xor filter; undefined when this block length does not work out. */
function solve(words: ReadonlyMap<string, number>, blockLength: number): Uint8Array | undefined {
  const entries = [...words].map(([word, flag]) => Object.assign(cellsOf(word, blockLength), { flag }));
  const degree = new Uint32Array(3 * blockLength);
  const mixed = new Uint32Array(3 * blockLength);
  entries.forEach(({ cells }, index) => {
    for (const cell of cells) {
      degree[cell] = (degree[cell] ?? 0) + 1;
      mixed[cell] = (mixed[cell] ?? 0) ^ index;
    }
  });
  const queue = [...degree.keys()].filter((cell) => degree[cell] === 1);
  const order: { index: number; cell: number }[] = [];
  for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
    if (degree[cell] !== 1) continue;
    const index = mixed[cell] ?? 0;
    order.push({ index, cell });
    for (const other of entries[index]?.cells ?? []) {
      degree[other] = (degree[other] ?? 0) - 1;
      mixed[other] = (mixed[other] ?? 0) ^ index;
      if (degree[other] === 1) queue.push(other);
    }
  }
  if (order.length !== entries.length) return undefined;
  const marks = new Uint8Array(6 * blockLength);
  const size = 3 * blockLength;
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const { index, cell } = order[at] ?? { index: 0, cell: 0 };
    const entry = entries[index];
    if (entry === undefined) continue;
    const [a, b, c] = entry.cells;
    marks[cell] = 0;
    marks[size + cell] = 0;
    marks[cell] = entry.mark ^ (marks[a] ?? 0) ^ (marks[b] ?? 0) ^ (marks[c] ?? 0);
    marks[size + cell] =
      entry.flag ^ (marks[size + a] ?? 0) ^ (marks[size + b] ?? 0) ^ (marks[size + c] ?? 0);
  }
  return marks;
}

const sources = await loadSources();
const flags = new Flags();
addNames(flags, sources);
addPlaces(flags, sources);
addMedical(flags);
addEnglish(flags, sources);
const sorted = new Map([...flags.words].sort(([a], [b]) => (a < b ? -1 : 1)));
let blockLength = Math.ceil((sorted.size * 1.23) / 3 + 32);
let bytes = solve(sorted, blockLength);
while (bytes === undefined) {
  blockLength += 97;
  bytes = solve(sorted, blockLength);
}
const digest = createHash("sha256").update(bytes).digest("hex");
writeFileSync(
  new URL("../src/lexicon/table.ts", import.meta.url),
  `// Written by packages/deid/training/build-lexicon.ts from the lists named in the package's README.
/** SHA-256 of the table before it is written as text. */
export const lexiconDigest = "${digest}";
/** ${sorted.size} words in an xor filter: a block of marks, a block of flags. */
export const lexiconTable =
  "${Buffer.from(bytes).toString("base64")}";
`,
);
process.stdout.write(`${sorted.size} words, ${bytes.length} bytes, sha256 ${digest}\n`);
