import type { Token } from "./tokens.ts";

/** Rows of the weight table; a power of two. */
export const ROW_COUNT = 1 << 18;

/** What a text's capitals tell: none at all, nothing but capitals, or both. */
export function caseOf(text: string): number {
  if (!/\p{Ll}/u.test(text)) return 2;
  return /\p{Lu}/u.test(text) ? 0 : 1;
}

const EDGE: Token = {
  start: 0,
  end: 0,
  word: 0x51ed270b,
  shape: 0x2c1b3c6d,
  prefix: 0,
  suffix3: 0,
  suffix2: 0,
  flags: 0,
  isWord: false,
};

function row(template: number, a: number, b: number): number {
  let hash = Math.imul(a ^ Math.imul(template + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + b, 0xc2b2ae35);
  hash ^= hash >>> 13;
  return (Math.imul(hash, 0x27d4eb2f) >>> 14) & (ROW_COUNT - 1);
}

/** How many rows {@link featuresAt} writes for each token. */
export const FEATURE_COUNT = 44;

/** The label at the head of a line ("Patient:"), and how many words ago it was. */
interface LineState {
  readonly head: number;
  readonly depth: number;
}

/** For every token, the hash of its line's head and its depth in the line. */
export function lineStates(tokens: readonly Token[], text: string): LineState[] {
  const states: LineState[] = [];
  let head = 0;
  let depth = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? EDGE;
    const mark = token.isWord ? "" : text[token.start];
    states.push({ head, depth: Math.min(depth, 4) });
    if (mark === "\n") {
      head = 0;
      depth = 0;
    } else if (mark === ":" && depth <= 4) {
      head = tokens[at - 1]?.word ?? 0;
      depth = 1;
    } else {
      depth += 1;
    }
  }
  return states;
}

/** The rows of the weight table that speak at token `at`, into `out` from `offset` on. */
export function featuresAt(
  {
    tokens,
    states,
    textCase,
  }: { readonly tokens: readonly Token[]; readonly states: readonly LineState[]; readonly textCase: number },
  at: number,
  out: Int32Array,
): void {
  const p3 = tokens[at - 3] ?? EDGE;
  const p2 = tokens[at - 2] ?? EDGE;
  const p1 = tokens[at - 1] ?? EDGE;
  const me = tokens[at] ?? EDGE;
  const n1 = tokens[at + 1] ?? EDGE;
  const n2 = tokens[at + 2] ?? EDGE;
  const n3 = tokens[at + 3] ?? EDGE;
  const { head, depth } = states[at] ?? { head: 0, depth: 0 };
  // Capitals mean nothing in a text that has one case only.
  const shape = textCase === 0 || !me.isWord ? me.shape : textCase;
  const form = (shape + Math.imul(me.flags + 1, 0x01000193)) | 0;
  const form1 =
    ((textCase === 0 || !n1.isWord ? n1.shape : textCase) + Math.imul(n1.flags + 1, 0x01000193)) | 0;
  const formBefore =
    ((textCase === 0 || !p1.isWord ? p1.shape : textCase) + Math.imul(p1.flags + 1, 0x01000193)) | 0;
  const left = (p2.word ^ Math.imul(p1.word, 31)) | 0;
  const right = (n2.word ^ Math.imul(n1.word, 31)) | 0;
  out[0] = row(0, me.word, 0);
  out[1] = row(1, p1.word, 0);
  out[2] = row(2, n1.word, 0);
  out[3] = row(3, p2.word, 0);
  out[4] = row(4, n2.word, 0);
  out[5] = row(5, p1.word, me.word);
  out[6] = row(6, me.word, n1.word);
  out[7] = row(7, left, 0);
  out[8] = row(8, right, 0);
  out[9] = row(9, p1.word, n1.word);
  out[10] = row(10, shape, textCase);
  out[11] = row(11, shape, p1.shape);
  out[12] = row(12, shape, n1.shape);
  out[13] = row(13, me.prefix, textCase);
  out[14] = row(14, me.suffix3, 0);
  out[15] = row(15, me.suffix2, shape);
  out[16] = row(16, me.flags, 0);
  out[17] = row(17, form, 0);
  out[18] = row(18, form, p1.word);
  out[19] = row(19, form, n1.word);
  out[20] = row(20, form, left);
  out[21] = row(21, form, right);
  out[22] = row(22, form, formBefore);
  out[23] = row(23, form, form1);
  out[24] = row(24, (form ^ Math.imul(formBefore, 17)) | 0, form1);
  out[25] = row(25, shape, p1.word);
  out[26] = row(26, shape, n1.word);
  out[27] = row(27, me.suffix3, p1.word);
  out[28] = row(28, shape, left);
  out[29] = row(29, (left ^ Math.imul(p3.word, 127)) | 0, 0);
  out[30] = row(30, (right ^ Math.imul(n3.word, 127)) | 0, 0);
  out[31] = row(31, head, depth);
  out[32] = row(32, head, form);
  out[33] = row(33, depth, form);
  out[34] = row(34, (p1.word ^ Math.imul(n1.word, 131)) | 0, form);
  out[35] = row(35, n1.flags, me.flags);
  out[36] = row(36, p1.flags, me.flags);
  out[37] = row(37, form, p2.word);
  out[38] = row(38, form, n2.word);
  out[39] = row(39, p3.word, form);
  out[40] = row(40, me.suffix3, me.flags);
  out[41] = row(41, p1.word, formBefore ^ n1.word);
  out[42] = row(42, (p1.flags + Math.imul(n1.flags, 257)) | 0, form);
  out[43] = row(43, p2.word, (form ^ n1.word) | 0);
}
