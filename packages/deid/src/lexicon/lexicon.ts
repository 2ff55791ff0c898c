import { fromBase64 } from "@cloister/bytes";
import { lexiconTable } from "./table.ts";
import { cellsOf } from "./words.ts";

let cached:
  | { readonly marks: Uint8Array; readonly flags: Uint8Array; readonly blockLength: number }
  | undefined;

function table() {
  if (cached === undefined) {
    const bytes = fromBase64(lexiconTable);
    const half = bytes.length / 2;
    cached = { marks: bytes.subarray(0, half), flags: bytes.subarray(half), blockLength: half / 3 };
  }
  return cached;
}

/** The flags of a folded word; 0 for one in no list (and, once in 256, a wrong answer for such a word). */
export function flagsOf(folded: string): number {
  const { marks, flags, blockLength } = table();
  const {
    cells: [a, b, c],
    mark,
  } = cellsOf(folded, blockLength);
  if (((marks[a] ?? 0) ^ (marks[b] ?? 0) ^ (marks[c] ?? 0)) !== mark) return 0;
  return (flags[a] ?? 0) ^ (flags[b] ?? 0) ^ (flags[c] ?? 0);
}
