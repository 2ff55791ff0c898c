import { isBaseError } from "@cloister/bytes";

/** How often and how patiently something is asked again. */
export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  /** Before the second try; each later one waits twice as long. */
  readonly firstDelayMs: number;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/**
 * Asks again while the answer is "not now". For questions alone, never for acts: an act whose answer was
 * lost may have happened.
 */
export async function retrying<T>(policy: RetryPolicy, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= policy.attempts || !isBaseError(error) || !error.retryable) throw error;
      await policy.sleep(policy.firstDelayMs * 2 ** (attempt - 1));
    }
  }
}
