export { conformDeid, PseudonymiseSuite } from "./conform.ts";
export { type DetectionMode, detect } from "./detect.ts";
export { type IdentifierLabel, identifierLabels, type Span } from "./labels.ts";
export { findUndeclared } from "./outgoing.ts";
export type { Leak } from "./surrogates/leaks.ts";
export type { Restorer } from "./surrogates/restore.ts";
export { type Deidentified, type Mention, type Reidentified, Vault } from "./vault.ts";
