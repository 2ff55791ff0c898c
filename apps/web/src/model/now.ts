import { Observable, useObservable } from "./observable.ts";

const minuteMs = 60_000;

/** The device's clock, to the minute: what views show as "today" or "waiting" moves with it. */
const now = new Observable(Date.now());
setInterval(() => now.set(Date.now()), minuteMs);

export function useNowMs(): number {
  return useObservable(now);
}
