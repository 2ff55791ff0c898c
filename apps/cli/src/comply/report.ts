import { BaseError, fromBase64Url, toBase64Url, toUtf8 } from "@cloister/bytes";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { z } from "zod/mini";
import { checkNames, type Evidence, outputDigest, type Status, statuses } from "./check.ts";
import { type Row, securityRule } from "./rule.ts";

export const rowStatuses = [...statuses, "organisation's own"] as const;
export type RowStatus = (typeof rowStatuses)[number];

const evidence = z.strictObject({
  check: z.enum(checkNames),
  status: z.enum(statuses),
  output: z.readonly(z.array(z.string())),
  command: z.string(),
  sha256: z.string(),
  at: z.string(),
});
const reportSchema = z.strictObject({
  version: z.literal(1),
  organisation: z.string(),
  madeAt: z.string(),
  rows: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      kind: z.enum(["R", "A"]),
      status: z.enum(rowStatuses),
      by: z.array(z.enum(checkNames)),
      rest: z.optional(z.string()),
    }),
  ),
  /** 90 FR 898: proposed, and no law. */
  proposed: z.array(
    z.strictObject({ title: z.string(), status: z.enum(rowStatuses), by: z.array(z.enum(checkNames)) }),
  ),
  evidence: z.array(evidence),
});
const signedSchema = z.strictObject({ report: reportSchema, key: z.string(), signature: z.string() });

/** What `comply` found. */
export type ComplianceReport = z.infer<typeof reportSchema>;
/** With the organisation's Ed25519 key and signature, base64url. */
export type SignedReport = z.infer<typeof signedSchema>;

/** Of the proposed rule what a command can see; the rest is in docs/compliance.md. */
const proposedRule: readonly Omit<Row, "id" | "kind">[] = [
  { title: "Encryption at rest and in transit, no longer addressable", by: ["marker", "transport"] },
  { title: "Backups at most 48 hours old", by: ["backup"] },
  { title: "Restoration within 72 hours, tried", by: ["restore"] },
  { title: "Access ended within one hour", by: ["revocation"] },
  { title: "Inventory of software", by: ["software"] },
  { title: "Multi-factor authentication" },
  { title: "Vulnerability scans and penetration tests" },
];

/** Rows from what the checks found. */
export function makeReport(input: {
  readonly organisation: string;
  readonly madeAt: string;
  readonly evidence: readonly Evidence[];
}): ComplianceReport {
  const { evidence: found } = input;
  return {
    version: 1,
    organisation: input.organisation,
    madeAt: input.madeAt,
    rows: securityRule.map((row) => judged(row, found)),
    proposed: proposedRule.map((row) => ({
      title: row.title,
      status: statusOf(row, found),
      by: [...(row.by ?? [])],
    })),
    evidence: [...found],
  };
}

function judged(row: Row, found: readonly Evidence[]): ComplianceReport["rows"][number] {
  const { id, title, kind, by = [], rest } = row;
  const shown = { id, title, kind, status: statusOf(row, found), by: [...by] };
  return rest === undefined ? shown : { ...shown, rest };
}

/** The worst of what shows it; with a part that is the organisation's own, met in part at best. */
function statusOf({ by, rest }: Pick<Row, "by" | "rest">, found: readonly Evidence[]): RowStatus {
  if (by === undefined) return "organisation's own";
  const each = new Set<Status>(
    by.map((name) => found.find(({ check }) => check === name)?.status ?? "not met"),
  );
  if (each.has("not met")) return "not met";
  return rest !== undefined || each.has("partial") ? "partial" : "met";
}

const label = "Cloister compliance report v1\n";

export function signReport(
  report: ComplianceReport,
  keys: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
): SignedReport {
  const message = toUtf8(label + JSON.stringify(report));
  return {
    report,
    key: toBase64Url(keys.publicKey),
    signature: toBase64Url(ed25519Sign(keys.seed, message)),
  };
}

/**
 * The report, once signature, digests and rows hold. The text is attacker-controlled.
 * @param organisationKey whose it has to be, base64url; without, whoever signed
 * @throws BaseError `REPORT_FORMAT`, `REPORT_SIGNER`, `REPORT_SIGNATURE`, `REPORT_EVIDENCE`
 */
export function verifyReport(text: string, organisationKey?: string): SignedReport {
  const signed = parse(text);
  const { report, key, signature } = signed;
  if (organisationKey !== undefined && key !== organisationKey) {
    throw new BaseError(
      "Verification",
      "REPORT_SIGNER",
      "the report is signed with another organisation's key",
    );
  }
  if (!isSignedBy(key, signature, report)) {
    throw new BaseError("Verification", "REPORT_SIGNATURE", "the report was changed after it was signed");
  }
  const again = makeReport(report);
  const isTrue =
    report.evidence.every(({ output, sha256 }) => outputDigest(output) === sha256) &&
    JSON.stringify(again.rows) === JSON.stringify(report.rows) &&
    JSON.stringify(again.proposed) === JSON.stringify(report.proposed);
  if (isTrue) return signed;
  throw new BaseError(
    "Verification",
    "REPORT_EVIDENCE",
    "rows or digests do not follow from the evidence in it",
  );
}

function isSignedBy(key: string, signature: string, report: ComplianceReport): boolean {
  try {
    const message = toUtf8(label + JSON.stringify(report));
    return ed25519Verify({ publicKey: fromBase64Url(key), message, signature: fromBase64Url(signature) });
  } catch {
    return false;
  }
}

function parse(text: string): SignedReport {
  try {
    // Strict schemas keep the order of the text, and the text is what was signed.
    const json = JSON.parse(text) as SignedReport;
    signedSchema.parse(json);
    return json;
  } catch (cause) {
    throw new BaseError("Decode", "REPORT_FORMAT", "this is no report of `cloister comply --out`", { cause });
  }
}
