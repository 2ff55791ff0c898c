export { deltaFor, epsilonBound, epsilonFor, noiseFor, type PrivacyEvent } from "./accountant/accountant.ts";
export { rdpEpsilon, rdpOf } from "./accountant/rdp.ts";
