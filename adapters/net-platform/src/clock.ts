import type { Clock } from "@cloister/client";

/** Longest delay of a platform's timer; a longer one would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** The machine's time and timers. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, maxTimerMs));
    return () => clearTimeout(timer);
  },
};
