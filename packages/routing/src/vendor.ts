import { dayOf } from "./calendar.ts";
import { JsonFields } from "./json-fields.ts";

/** What an organisation has on file about a vendor of cloud models. Days are as `2026-03-11`, in UTC. */
export interface VendorRecord {
  readonly id: string;
  readonly name: string;
  /** The business associate agreement (45 CFR 164.504(e)). */
  readonly agreement: { readonly signedOn: string; readonly expiresOn: string };
  /** The clause that forbids training on what is sent, or an empty promise. */
  readonly noTraining: { readonly isAgreed: boolean; readonly clause: string };
  /** How long the vendor keeps what it gets. */
  readonly retentionDays: number;
  /** SOC 2: type 2 says that controls worked over a period. */
  readonly soc2: { readonly type: "1" | "2"; readonly periodEndsOn: string };
  /** Where the data flow is written down, and the regions that it stays in. */
  readonly dataFlow: { readonly document: string; readonly regions: readonly string[] };
  readonly auditRights: { readonly isAgreed: boolean; readonly clause: string };
  readonly reviewedOn: string;
  /** The record itself ends: somebody must look again. */
  readonly reviewDueOn: string;
}

/** What can be wrong with a record at a time. */
export type VendorProblem =
  | "AGREEMENT_NOT_YET"
  | "AGREEMENT_EXPIRED"
  | "TRAINING_ALLOWED"
  | "RETENTION_TOO_LONG"
  | "SOC2_TYPE_1"
  | "SOC2_TOO_OLD"
  | "REGIONS_MISSING"
  | "AUDIT_RIGHTS_MISSING"
  | "REVIEW_NOT_YET"
  | "REVIEW_OVERDUE";

const DAY_MS = 86_400_000;
/** A report on a period that ended longer ago says little about today. */
const SOC2_VALID_DAYS = 365;

/** @throws BaseError `POLICY_FORMAT` */
export function readVendorRecord(value: unknown, where = ""): VendorRecord {
  const fields = new JsonFields(value, where);
  const record: VendorRecord = {
    id: fields.text("id"),
    name: fields.text("name"),
    agreement: fields.object("agreement", (inner) => ({
      signedOn: inner.day("signedOn"),
      expiresOn: inner.day("expiresOn"),
    })),
    noTraining: fields.object("noTraining", readClause),
    retentionDays: fields.count("retentionDays"),
    soc2: fields.object("soc2", (inner) => ({
      type: inner.oneOf("type", ["1", "2"]),
      periodEndsOn: inner.day("periodEndsOn"),
    })),
    dataFlow: fields.object("dataFlow", (inner) => ({
      document: inner.text("document"),
      regions: inner.texts("regions"),
    })),
    auditRights: fields.object("auditRights", readClause),
    reviewedOn: fields.day("reviewedOn"),
    reviewDueOn: fields.day("reviewDueOn"),
  };
  fields.end();
  return record;
}

function readClause(fields: JsonFields): { isAgreed: boolean; clause: string } {
  return { isAgreed: fields.boolean("isAgreed"), clause: fields.text("clause") };
}

/** What stands against sending anything to this vendor at a time (milliseconds since 1970); nothing if it may. */
export function vendorProblems(
  record: VendorRecord,
  { atMs, maxRetentionDays }: { readonly atMs: number; readonly maxRetentionDays: number },
): VendorProblem[] {
  const today = dayOf(atMs);
  const { agreement, noTraining, retentionDays, soc2, dataFlow, auditRights, reviewedOn, reviewDueOn } =
    record;
  const checks: readonly (readonly [boolean, VendorProblem])[] = [
    [agreement.signedOn > today, "AGREEMENT_NOT_YET"],
    [agreement.expiresOn <= today, "AGREEMENT_EXPIRED"],
    [!noTraining.isAgreed, "TRAINING_ALLOWED"],
    [retentionDays > maxRetentionDays, "RETENTION_TOO_LONG"],
    [soc2.type === "1", "SOC2_TYPE_1"],
    [soc2.periodEndsOn < dayOf(atMs - SOC2_VALID_DAYS * DAY_MS), "SOC2_TOO_OLD"],
    [dataFlow.regions.length === 0, "REGIONS_MISSING"],
    [!auditRights.isAgreed, "AUDIT_RIGHTS_MISSING"],
    [reviewedOn > today, "REVIEW_NOT_YET"],
    [reviewDueOn <= today, "REVIEW_OVERDUE"],
  ];
  return checks.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
}
