export {
  type Assessment,
  type AssessOptions,
  assess,
  type DetectIdentifiers,
  failedAssessment,
  type Inquiry,
} from "./assess.ts";
export { conformRoute, type RouteAnswer } from "./conform.ts";
export { type Decision, type DecisionInput, decide } from "./decide.ts";
export { explain } from "./explain.ts";
export { defaultPolicy, policyDigest, type RoutingPolicy, readPolicy } from "./policy.ts";
export { lintPolicy, type PolicyFinding } from "./policy-lint.ts";
export { identifierWords, type ReasonCode, reasonWords } from "./reasons.ts";
export { type RouteInput, type RoutingPorts, route } from "./route.ts";
export {
  higherOf,
  isAsStrictAs,
  type Processor,
  processors,
  type Sensitivity,
  sensitivities,
} from "./values.ts";
export { readVendorRecord, type VendorProblem, type VendorRecord, vendorProblems } from "./vendor.ts";
