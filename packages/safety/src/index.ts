export { conformSafety, type SafetyAnswer } from "./conform.ts";
export { detectInjection, type InjectionSignal } from "./injection/detect.ts";
export type { InjectionReason } from "./injection/reasons.ts";
export { checkRedFlags, type RedFlags } from "./red-flags.ts";
export { type EmergencyNumbers, emergencyNumbers, type Region, regionOf } from "./regions.ts";
export type { EmergencyKind } from "./rules/kinds.ts";
