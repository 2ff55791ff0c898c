export { type CanaryScores, scoreCanaries, type Trainer } from "./canaries.ts";
export { auditGaussian, type GaussianAudit } from "./gaussian-test.ts";
export { type MembershipReport, reportMembership } from "./membership.ts";
export { auditOneRun, type OneRunAudit } from "./one-run.ts";
export { checkLedger, checkTraces, type LedgerCheck, type TraceCheck, type TracedStep } from "./traces.ts";
