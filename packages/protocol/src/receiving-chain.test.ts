/// <reference lib="es2023" />
import { toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { HeldKeys } from "./held-keys.ts";
import { messageSeed, nextChainKey } from "./kdf.ts";
import { closeChain, type ReceivingChain, takeSeed } from "./receiving-chain.ts";

const fresh: ReceivingChain = {
  ratchetKey: new Uint8Array(33).fill(5),
  chainKey: new Uint8Array(32).fill(1),
  counter: 0,
  skipped: HeldKeys.none,
  forgottenBelow: 0,
  ageMark: undefined,
};
const advance = (...counters: number[]) =>
  counters.reduce((chain, counter) => takeSeed(chain, counter).chain, fresh);
const held = ({ skipped }: ReceivingChain) =>
  Array.from({ length: skipped.length }, (_, at) => skipped.numberAt(at));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** The seed at a counter by definition: that many steps, then the message constant. */
function seedAt(counter: number): string {
  let chainKey = new Uint8Array(32).fill(1);
  for (let at = 0; at < counter; at += 1) chainKey = nextChainKey(chainKey);
  return toHex(messageSeed(chainKey));
}

describe("a receiving chain", () => {
  it("yields the same seed for a counter whatever came before it", () => {
    const chain = advance(3, 1, 9);
    for (const counter of [0, 2, 4, 8, 12])
      expect(toHex(takeSeed(chain, counter).seed)).toBe(seedAt(counter));
  });

  it("keeps the newest 2,000 of the old and new skipped keys together, and no other", () => {
    const chain = advance(10, 2005);
    expect(held(chain)).toEqual([...range(4, 10), ...range(11, 2005)]);
    expect(chain.forgottenBelow).toBe(4);
    expect(toHex(takeSeed(chain, 2004).seed)).toBe(seedAt(2004));
    const far = advance(10, 2005, 9000);
    expect(held(far)).toEqual(range(7000, 9000));
    expect(far.forgottenBelow).toBe(7000);
  });

  it("may jump by 25,000 from wherever it stands, and no further", () => {
    const chain = advance(9);
    const limit = 10 + 25_000;
    expect(takeSeed(chain, limit).chain.counter).toBe(limit + 1);
    const tooFar = expect.objectContaining({ code: "RATCHET-002" }) as Error;
    expect(() => takeSeed(chain, limit + 1)).toThrowError(tooFar);
  });

  it("tells a duplicate from a key that was given up", () => {
    const chain = advance(10, 2005);
    const code = (id: string) => expect.objectContaining({ code: id }) as Error;
    expect(() => takeSeed(chain, 3)).toThrowError(code("RATCHET-004"));
    expect(() => takeSeed(chain, 10)).toThrowError(code("RATCHET-003"));
  });
});

describe("a closed chain", () => {
  it("keeps the keys up to its declared end and nothing that leads further", () => {
    const { chain, erase } = closeChain(advance(0), 3);
    expect([held(chain), chain.chainKey]).toEqual([[1, 2, 3], undefined]);
    expect(toHex(takeSeed(chain, 3).seed)).toBe(seedAt(3));
    expect(erase).toHaveLength(2);
    expect(closeChain(chain, 9)).toEqual({ chain, erase: [] });
  });

  it("derives nothing for an end that lies behind, was never begun, or is beyond the jump limit", () => {
    for (const chain of [closeChain(advance(5), 2), closeChain(advance(5), 5)]) {
      expect(held(chain.chain)).toEqual(range(0, 5));
    }
    expect(closeChain(fresh, 0).chain).toMatchObject({ chainKey: undefined, skipped: HeldKeys.none });
    expect(held(closeChain(advance(0), 25_000).chain)).toHaveLength(2000);
    expect(held(closeChain(advance(0), 25_001).chain)).toEqual([]);
  });
});
