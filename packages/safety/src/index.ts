export { conformSafety, type SafetyAnswer } from "./conform.ts";
export { type CrisisLevel, crisisLevels } from "./crisis-level.ts";
export { detectInjection, type InjectionSignal } from "./injection/detect.ts";
export type { InjectionReason } from "./injection/reasons.ts";
export { checkRedFlags, type RedFlags } from "./red-flags.ts";
export {
  type EmergencyNumbers,
  emergencyNumbers,
  type PublishedNumber,
  publishedNumbers,
  type Region,
  regionOf,
} from "./regions.ts";
export { checkReply, type ReplyCheck } from "./reply/check.ts";
export type { ReplyReason } from "./reply/patterns.ts";
export type { EmergencyKind } from "./rules/kinds.ts";
