import { toHex } from "@cloister/bytes";
import { epsilonFor } from "@cloister/privacy";
import { eventsOf, type FederationTask, type GlobalModel, taskDigest } from "@cloister/privacy/federation";
import { encodeModel, type ModelCard } from "@cloister/privacy/training";

/** What a federation costs each hospital; Infinity: no differential privacy. */
export function epsilonOf(task: FederationTask, delta: number): number {
  const events = eventsOf(task);
  return events.length === 0 ? Infinity : epsilonFor(events, delta);
}

/** The trained model as a file that says of itself what it cost. */
export function modelFile(
  task: FederationTask,
  model: GlobalModel,
  budget: Pick<ModelCard, "delta" | "unit" | "spentEpsilon">,
): Uint8Array {
  const { samplingRate, noiseMultiplier, stepsCount, clippingNorm } = task.plan;
  return encodeModel({
    shape: task.plan.shape,
    parameters: model.parameters,
    card: {
      data: `${task.name}, ${task.members.length} hospitals`,
      epsilon: epsilonOf(task, budget.delta),
      ...budget,
      reservation: toHex(taskDigest(task)),
      training: { samplingRate, noiseMultiplier, stepsCount, clippingNorm },
    },
    ...(task.schema && { schema: task.schema }),
  });
}
