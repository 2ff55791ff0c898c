export { contributionOf, dimensionOf, nextModel } from "./contribution.ts";
export {
  type CoordinatorInput,
  type CoordinatorTimes,
  FederationCoordinator,
  type FederationEvent,
  type ValidationGate,
} from "./coordinator.ts";
export { isPlausible } from "./defence.ts";
export { type MemberInput, takePart } from "./member.ts";
export { decodeModel, encodeModel, firstModel, type GlobalModel, modelDigest } from "./model.ts";
export {
  checkTask,
  eventsOf,
  type FederatedMethod,
  type FederationTask,
  releasesCount,
  taskDigest,
} from "./task.ts";
