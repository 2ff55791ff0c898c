import { zeroise } from "@cloister/bytes";
import { type HeldKey, HeldKeys } from "./held-keys.ts";
import { nextChainKey, stepChain } from "./kdf.ts";
import { MAX_JUMP_COUNT, MAX_SKIPPED_COUNT, MIN_SKIPPED_AGE_MS } from "./limits.ts";
import { broken, demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A symmetric-key ratchet as its receiver holds it. */
export interface SeedChain {
  /** Undefined once the peer declared the chain's end; only skipped keys are left then. */
  readonly chainKey: Bytes | undefined;
  /** The counter that `chainKey` belongs to. */
  readonly counter: number;
  /**
   * By counter, at most 2,000. Seeds and not message keys: the key of the post-quantum ratchet that salts
   * them comes with the message.
   */
  readonly skipped: HeldKeys;
  /** Keys below this counter may have been given up for newer ones. */
  readonly forgottenBelow: number;
}

/** The messages under one ratchet key of the peer. */
export interface ReceivingChain extends SeedChain {
  readonly ratchetKey: Bytes;
  readonly ageMark: AgeMark | undefined;
}

/** Whatever is skipped below this counter was so at this time already. */
export interface AgeMark {
  readonly belowCounter: number;
  readonly atMs: number;
}

/** The first state of a chain. */
export function newChain(ratchetKey: Bytes, chainKey: Bytes): ReceivingChain {
  return { ratchetKey, chainKey, counter: 0, skipped: HeldKeys.none, forgottenBelow: 0, ageMark: undefined };
}

/**
 * Drops skipped keys that were there at an earlier call at least {@link MIN_SKIPPED_AGE_MS} ago, and marks
 * those there now. One mark a chain instead of a time a key: some keys live up to twice as long for it.
 */
export function expireSkipped(chain: ReceivingChain, nowMs: number): Omit<ChainStep, "seed"> {
  const { ageMark, skipped, counter } = chain;
  if (ageMark && nowMs - ageMark.atMs < MIN_SKIPPED_AGE_MS) return { chain, erase: [] };
  const belowCounter = ageMark?.belowCounter ?? 0;
  const kept = skipped.from(belowCounter);
  const newestDropped = skipped.numberAt(skipped.length - kept.length - 1);
  const forgottenBelow = Math.max(chain.forgottenBelow, newestDropped + 1);
  const marked = kept.length > 0 ? { belowCounter: counter, atMs: nowMs } : undefined;
  return {
    chain: { ...chain, skipped: kept, forgottenBelow, ageMark: marked },
    erase: kept === skipped ? [] : skipped.secrets,
  };
}

/** Every secret in a chain, to overwrite when it is given up. */
export function chainSecrets({ chainKey, skipped }: SeedChain): Bytes[] {
  return chainKey ? [chainKey, ...skipped.secrets] : [...skipped.secrets];
}

/** A chain with the seed it yielded and what became obsolete. */
export interface ChainStep<Chain extends SeedChain = ReceivingChain> {
  readonly chain: Chain;
  readonly seed: Bytes;
  readonly erase: readonly Bytes[];
}

/**
 * The seed of one message, and the chain without it. `counter` is attacker-controlled until the MAC was
 * verified; commit `chain` only then.
 * @throws BaseError `RATCHET-002` to `RATCHET-005`
 */
export function takeSeed<Chain extends SeedChain>(chain: Chain, counter: number): ChainStep<Chain> {
  if (counter < chain.counter) return takeSkipped(chain, counter);
  demand(chain.chainKey !== undefined, "RATCHET-005");
  demand(counter - chain.counter <= MAX_JUMP_COUNT, "RATCHET-002");
  const ahead = skipTo(chain, chain.chainKey, counter);
  const { seed, next } = stepChain(ahead.chainKey);
  const erase = [...ahead.erase, ahead.chainKey];
  return { chain: { ...ahead.chain, chainKey: next, counter: counter + 1 }, seed, erase };
}

/**
 * Closes a chain at the previous counter that the peer declared (Double Ratchet 3.5, PN): keys up to its
 * last message are kept, the chain key is not. Signal sends one less than the count, so 0 stands for none
 * or one message; a chain that never yielded a message has none.
 */
export function closeChain(chain: ReceivingChain, lastCounter: number): Omit<ChainStep, "seed"> {
  const { chainKey } = chain;
  if (!chainKey) return { chain, erase: [] };
  const end = lastCounter + 1;
  const gap = end - chain.counter;
  // Beyond the jump limit the messages could not have been opened before either.
  if (chain.counter === 0 || gap <= 0 || gap > MAX_JUMP_COUNT) {
    return { chain: { ...chain, chainKey: undefined }, erase: [chainKey] };
  }
  const ahead = skipTo(chain, chainKey, end);
  return { chain: { ...ahead.chain, chainKey: undefined }, erase: [...ahead.erase, ahead.chainKey] };
}

function takeSkipped<Chain extends SeedChain>(chain: Chain, counter: number): ChainStep<Chain> {
  const taken = chain.skipped.take(counter);
  if (!taken) throw broken(counter < chain.forgottenBelow ? "RATCHET-004" : "RATCHET-003");
  return { chain: { ...chain, skipped: taken.others }, seed: taken.key, erase: chain.skipped.secrets };
}

/** Moves to `counter`, keeping the newest 2,000 seeds on the way; the others are never derived. */
function skipTo<Chain extends SeedChain>(
  chain: Chain,
  start: Bytes,
  counter: number,
): { chain: Chain; chainKey: Bytes; erase: Bytes[] } {
  const gap = counter - chain.counter;
  if (gap === 0) return { chain, chainKey: start, erase: [] };
  const kept = chain.skipped.newest(Math.max(0, MAX_SKIPPED_COUNT - gap));
  const firstSkipped = Math.max(chain.counter, counter - MAX_SKIPPED_COUNT);
  const fresh: HeldKey[] = [];
  let chainKey = start;
  for (let at = chain.counter; at < counter; at += 1) {
    let next: Bytes;
    if (at < firstSkipped) next = nextChainKey(chainKey);
    else {
      const step = stepChain(chainKey);
      fresh.push({ number: at, key: step.seed });
      ({ next } = step);
    }
    if (chainKey !== start) zeroise(chainKey);
    chainKey = next;
  }
  const newestDropped = chain.skipped.numberAt(chain.skipped.length - kept.length - 1);
  const forgottenBelow = firstSkipped > chain.counter ? firstSkipped : newestDropped + 1;
  return {
    chain: {
      ...chain,
      counter,
      skipped: kept.with(fresh),
      forgottenBelow: Math.max(chain.forgottenBelow, forgottenBelow),
    },
    chainKey,
    erase: [start, ...chain.skipped.secrets],
  };
}
