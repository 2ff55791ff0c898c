export {
  type MemoryPorts,
  PatientMemory,
  type ShardSealer,
  type ShardStore,
  type ShredShardKeys,
} from "./memory.ts";
export {
  PatientPassage,
  type PatientPassageInput,
  type PatientSource,
  type RevealedPassage,
} from "./passage.ts";
export { type PatientHit, searchPatient } from "./search.ts";
export { type MemoryRef, maxRememberedCount, maxShardBytes, type Remembered } from "./shard.ts";
