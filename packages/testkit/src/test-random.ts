import { concatBytes, uint32 } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";

/** A source of bytes that a seed determines, so that a failing run can be had again. Never for real keys. */
export function seededRandom(seed: number): Random {
  let counter = 0;
  return (lengthBytes) => {
    const out = new Uint8Array(lengthBytes);
    for (let at = 0; at < lengthBytes; at += 32) {
      const block = sha256(concatBytes(uint32(seed), uint32(counter)));
      counter += 1;
      out.set(block.subarray(0, lengthBytes - at), at);
    }
    return out;
  };
}
