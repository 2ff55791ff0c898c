import type { Model } from "./model.ts";
import { AdmissionQueue, type Clock, type QueueLimits } from "./queue.ts";

/** What fits one machine with one model: 2 at once, 16 in line, half of it for one tenant. */
export const defaultQueueLimits: QueueLimits = {
  concurrencyCount: 2,
  tenantConcurrencyCount: 2,
  waitingCount: 16,
  tenantWaitingCount: 8,
  waitMs: 30_000,
  turnMs: 120_000,
};

/**
 * A model that many may ask: bounded, fair among tenants, refusing at once what it has no room for. A turn ends
 * with the answer, the signal, an error, or `turnMs`, also when its caller stopped listening.
 */
export function queuedModel(model: Model, limits: QueueLimits, clock: Clock): Model {
  const queue = new AdmissionQueue(limits, clock);
  return {
    identity: model.identity,
    health: () => model.health(),
    close: () => model.close(),
    generate: async function* generate(request, signal) {
      const admission = await queue.admit(request.scope.tenant, signal);
      if (admission === undefined) {
        yield { type: "end", reason: "stopped", usage: { outputTokensCount: 0 } };
        return;
      }
      try {
        for await (const event of model.generate(request, signal)) {
          // Not only when the caller asks for what comes after the end.
          if (event.type === "end") admission.release();
          yield event;
        }
      } finally {
        admission.release();
      }
    },
  };
}
