import type { CheckName } from "./check.ts";

/** One row of the matrix in Appendix A to Subpart C of 45 CFR Part 164; a standard without specifications is one. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** Required or addressable. */
  readonly kind: "R" | "A";
  /** What shows whether it holds. Without, it is the organisation's own and no machine can say. */
  readonly by?: readonly CheckName[];
  /** What stays the organisation's own, whatever the checks find: such a row is met in part at best. */
  readonly rest?: string;
}

/** The Security Rule as in force, from the public text. */
export const securityRule: readonly Row[] = [
  { id: "164.308(a)(1)(ii)(A)", title: "Risk analysis", kind: "R" },
  { id: "164.308(a)(1)(ii)(B)", title: "Risk management", kind: "R" },
  { id: "164.308(a)(1)(ii)(C)", title: "Sanction policy", kind: "R" },
  {
    id: "164.308(a)(1)(ii)(D)",
    title: "Information system activity review",
    kind: "R",
    by: ["audit"],
    rest: "somebody reads the record, and says what they found",
  },
  { id: "164.308(a)(2)", title: "Assigned security responsibility", kind: "R" },
  { id: "164.308(a)(3)(ii)(A)", title: "Authorization and/or supervision", kind: "A" },
  { id: "164.308(a)(3)(ii)(B)", title: "Workforce clearance procedure", kind: "A" },
  {
    id: "164.308(a)(3)(ii)(C)",
    title: "Termination procedures",
    kind: "A",
    by: ["revocation"],
    rest: "who tells the operator that somebody left, and how soon",
  },
  { id: "164.308(a)(4)(ii)(A)", title: "Isolating health care clearinghouse functions", kind: "R" },
  {
    id: "164.308(a)(4)(ii)(B)",
    title: "Access authorization",
    kind: "A",
    by: ["doors"],
    rest: "who may be invited in which role",
  },
  { id: "164.308(a)(4)(ii)(C)", title: "Access establishment and modification", kind: "A" },
  { id: "164.308(a)(5)(ii)(A)", title: "Security reminders", kind: "A" },
  {
    id: "164.308(a)(5)(ii)(B)",
    title: "Protection from malicious software",
    kind: "A",
    by: ["software"],
    rest: "protection of the machines themselves",
  },
  { id: "164.308(a)(5)(ii)(C)", title: "Log-in monitoring", kind: "A" },
  { id: "164.308(a)(5)(ii)(D)", title: "Password management", kind: "A" },
  { id: "164.308(a)(6)(ii)", title: "Response and reporting", kind: "R" },
  {
    id: "164.308(a)(7)(ii)(A)",
    title: "Data backup plan",
    kind: "R",
    by: ["backup"],
    rest: "the plan, and copies in another place",
  },
  {
    id: "164.308(a)(7)(ii)(B)",
    title: "Disaster recovery plan",
    kind: "R",
    by: ["restore"],
    rest: "the plan, and people who know it",
  },
  { id: "164.308(a)(7)(ii)(C)", title: "Emergency mode operation plan", kind: "R" },
  {
    id: "164.308(a)(7)(ii)(D)",
    title: "Testing and revision procedures",
    kind: "A",
    by: ["restore"],
    rest: "how often the plan is tried and revised",
  },
  { id: "164.308(a)(7)(ii)(E)", title: "Applications and data criticality analysis", kind: "A" },
  { id: "164.308(a)(8)", title: "Evaluation", kind: "R" },
  { id: "164.308(b)(3)", title: "Business associate written contract or other arrangement", kind: "R" },
  { id: "164.310(a)(2)(i)", title: "Contingency operations", kind: "A" },
  { id: "164.310(a)(2)(ii)", title: "Facility security plan", kind: "A" },
  { id: "164.310(a)(2)(iii)", title: "Access control and validation procedures", kind: "A" },
  { id: "164.310(a)(2)(iv)", title: "Maintenance records", kind: "A" },
  { id: "164.310(b)", title: "Workstation use", kind: "R" },
  { id: "164.310(c)", title: "Workstation security", kind: "R" },
  { id: "164.310(d)(2)(i)", title: "Disposal", kind: "R" },
  { id: "164.310(d)(2)(ii)", title: "Media re-use", kind: "R" },
  { id: "164.310(d)(2)(iii)", title: "Accountability", kind: "A" },
  {
    id: "164.310(d)(2)(iv)",
    title: "Data backup and storage",
    kind: "A",
    by: ["backup"],
    rest: "a copy before equipment is moved",
  },
  { id: "164.312(a)(2)(i)", title: "Unique user identification", kind: "R", by: ["accounts", "doors"] },
  { id: "164.312(a)(2)(ii)", title: "Emergency access procedure", kind: "R", by: ["emergency"] },
  {
    id: "164.312(a)(2)(iii)",
    title: "Automatic logoff",
    kind: "A",
    by: ["sessions"],
    rest: "the lock of the device and its time",
  },
  { id: "164.312(a)(2)(iv)", title: "Encryption and decryption", kind: "A", by: ["marker", "secrets"] },
  { id: "164.312(b)", title: "Audit controls", kind: "R", by: ["audit", "witnesses"] },
  { id: "164.312(c)(2)", title: "Mechanism to authenticate ePHI", kind: "A", by: ["audit", "conversation"] },
  { id: "164.312(d)", title: "Person or entity authentication", kind: "R", by: ["accounts", "assistant"] },
  { id: "164.312(e)(2)(i)", title: "Integrity controls", kind: "A", by: ["conversation", "headers"] },
  { id: "164.312(e)(2)(ii)", title: "Encryption", kind: "A", by: ["transport", "marker"] },
  { id: "164.314(a)(2)", title: "Business associate contract contents", kind: "R" },
  { id: "164.316(a)", title: "Policies and procedures", kind: "R" },
  {
    id: "164.316(b)(2)(i)",
    title: "Time limit (6 years)",
    kind: "R",
    by: ["audit"],
    rest: "that policies and procedures are kept as long",
  },
  { id: "164.316(b)(2)(ii)", title: "Availability", kind: "R" },
  { id: "164.316(b)(2)(iii)", title: "Updates", kind: "R" },
];
