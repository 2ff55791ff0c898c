/** Mutations for byte strings: what breaks decoders in practice. Deterministic by seed. */

/** Numbers from 0 up to `below`, by xorshift32: fast, and the same for the same seed. */
export type Dice = (below: number) => number;

export function diceFrom(seed: number): Dice {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const maxBytesCount = 8192;
const edges = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x1b, 0x5b, 0x5f, 0x7b, 0x9f, 0xbf] as const;

/** One to eight mutations in a row; sometimes spliced with another input of the corpus. */
export function mutate(input: Uint8Array, other: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  let bytes = [...input];
  for (let left = 1 + dice(1 << dice(4)); left > 0; left -= 1) bytes = once(bytes, other, dice);
  return Uint8Array.from(bytes.slice(0, maxBytesCount));
}

function once(bytes: number[], other: Uint8Array, dice: Dice): number[] {
  const at = dice(bytes.length + 1);
  const byte = bytes[at] ?? 0;
  const span = 1 + dice(16);
  switch (dice(10)) {
    case 0: // flip a bit
      return bytes.toSpliced(at, 1, byte ^ (1 << dice(8)));
    case 1: // a byte at an edge of some encoding
      return bytes.toSpliced(at, 1, edges[dice(edges.length)] ?? 0);
    case 2: // count up or down: lengths and versions
      return bytes.toSpliced(at, 1, (byte + (dice(2) === 0 ? 1 : 255)) & 0xff);
    case 3:
      return bytes.slice(0, at);
    case 4: // trailing bytes
      return [...bytes, ...Array.from({ length: span }, () => dice(256))];
    case 5:
      return bytes.toSpliced(at, span);
    case 6: // repeat a part: duplicate fields and keys
      return bytes.toSpliced(at, 0, ...bytes.slice(at, at + span * 4));
    case 7:
      return bytes.toSpliced(at, 0, ...Array.from({ length: span }, () => dice(256)));
    case 8: // nesting
      return bytes.toSpliced(at, 0, ...Array.from({ length: 64 }, () => byte));
    default: // splice with another input
      return [...bytes.slice(0, at), ...other.subarray(dice(other.length + 1))];
  }
}
