export { type AttestationInput, developmentAttester } from "./attester.ts";
export { findIsolation, type Isolation } from "./isolation.ts";
export { measure, measureFile } from "./measure.ts";
export { loadDevelopmentRoot } from "./root.ts";
export { type DevEnclave, type DevEnclaveInput, startDevEnclave } from "./start.ts";
