import type { Embedder } from "../hybrid.ts";
import { stemmed } from "../tokens.ts";

/** Words that this invented model takes for the same; the lexicon does not know them. */
const alike: ReadonlyMap<string, string> = new Map([
  ["bellow", "wheez"],
  ["gasket", "airwai"],
]);

const FNV_PRIME = 16_777_619;

function hash(word: string): number {
  let out = 2_166_136_261;
  for (const letter of word) out = Math.imul(out ^ (letter.codePointAt(0) ?? 0), FNV_PRIME) >>> 0;
  return out;
}

/** A deterministic embedder: words hashed into a few dimensions, so texts that share words are near. */
export class HashEmbedder implements Embedder {
  readonly name = "hash-512";
  readonly dimensions = 512;

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return texts.map((text) => {
      const out = new Float32Array(this.dimensions);
      out[0] = 0.01;
      for (const word of stemmed(text)) {
        if (word === "") continue;
        const code = hash(alike.get(word) ?? word);
        const at = code % this.dimensions;
        out[at] = (out[at] ?? 0) + (code & 65_536 ? 1 : -1);
      }
      return out;
    });
  }
}
