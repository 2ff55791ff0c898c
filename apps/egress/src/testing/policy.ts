import type { VendorRecord } from "@cloister/routing";

/** A record in which nothing is wrong for years. */
export const goodRecord: VendorRecord = {
  id: "acme",
  name: "Acme Models",
  agreement: { signedOn: "2024-01-01", expiresOn: "2099-01-01" },
  noTraining: { isAgreed: true, clause: "section 4.2" },
  retentionDays: 0,
  soc2: { type: "2", periodEndsOn: "2098-12-31" },
  dataFlow: { document: "flows/acme.md", regions: ["us-east"] },
  auditRights: { isAgreed: true, clause: "section 9" },
  reviewedOn: "2024-01-01",
  reviewDueOn: "2099-01-01",
};
