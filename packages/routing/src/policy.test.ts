import { isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { defaultPolicy, policyDigest, type RoutingPolicy, readPolicy } from "./policy.ts";
import { lintPolicy } from "./policy-lint.ts";
import { readVendorRecord, type VendorProblem, type VendorRecord, vendorProblems } from "./vendor.ts";

const atMs = Date.UTC(2026, 2, 11);
const vendor: VendorRecord = {
  id: "v",
  name: "Vendor",
  agreement: { signedOn: "2026-01-01", expiresOn: "2027-01-01" },
  noTraining: { isAgreed: true, clause: "7" },
  retentionDays: 30,
  soc2: { type: "2", periodEndsOn: "2025-12-31" },
  dataFlow: { document: "flow.md", regions: ["us-east"] },
  auditRights: { isAgreed: true, clause: "9" },
  reviewedOn: "2026-02-01",
  reviewDueOn: "2026-08-01",
};
const open: RoutingPolicy = {
  ...defaultPolicy,
  routes: { ...defaultPolicy.routes, public: ["cloud", "on-premise"] },
  cloud: { isAllowed: true, maxRetentionDays: 30, vendors: [vendor] },
};
const asJson = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

function mistakeIn(value: unknown): string {
  try {
    readPolicy(value);
  } catch (error) {
    if (isBaseError(error, "POLICY_FORMAT")) return error.message;
    throw error;
  }
  return "";
}

describe("reading a policy", () => {
  it("takes what was written", () => {
    expect(readPolicy(asJson(open))).toEqual(open);
  });

  it.each([
    ["a list", [], '""'],
    ["another version", { ...open, version: 2 }, "version"],
    ["no name", { ...open, name: " " }, "name"],
    ["half a character", { ...open, name: "\ud800" }, "name"],
    ["an unknown place", { ...open, routes: { ...open.routes, public: ["moon"] } }, "routes.public[0]"],
    ["a place twice", { ...open, deidentifyFor: ["cloud", "cloud"] }, "deidentifyFor"],
    ["a list that is none", { ...open, deidentifyFor: "cloud" }, "deidentifyFor"],
    ["a misspelt setting", { ...open, deidentifyfor: [] }, "deidentifyfor"],
    ["text for a switch", { ...open, cloud: { ...open.cloud, isAllowed: "no" } }, "cloud.isAllowed"],
    [
      "a negative number",
      { ...open, cloud: { ...open.cloud, maxRetentionDays: -1 } },
      "cloud.maxRetentionDays",
    ],
    [
      "no such day",
      { ...open, cloud: { ...open.cloud, vendors: [{ ...vendor, reviewedOn: "2026-02-30" }] } },
      "cloud.vendors[0].reviewedOn",
    ],
    ["a setting too many", { ...open, cloud: { ...open.cloud, extra: 1 } }, "cloud.extra"],
    [
      "an empty region",
      {
        ...open,
        cloud: { ...open.cloud, vendors: [{ ...vendor, dataFlow: { document: "f", regions: [""] } }] },
      },
      "regions[0]",
    ],
  ])("refuses %s and says where", (_, value, where) => {
    expect(mistakeIn(asJson(value))).toContain(where === '""' ? '"" must be an object' : where);
  });

  it("reads a vendor's record alone", () => {
    expect(readVendorRecord(asJson(vendor))).toEqual(vendor);
  });
});

describe("the digest", () => {
  it("is the same however the policy is written, and another for another policy", () => {
    const { cloud, ...rest } = asJson(open);
    const turned = { cloud, ...rest };
    expect(policyDigest(readPolicy(turned))).toBe(policyDigest(open));
    expect(policyDigest(open)).toMatch(/^[0-9a-f]{64}$/);
    expect(policyDigest(defaultPolicy)).not.toBe(policyDigest(open));
  });

  it("keeps the order of a route, which decides", () => {
    const turned: RoutingPolicy = {
      ...open,
      routes: { ...open.routes, public: ["on-premise", "cloud"] },
    };
    expect(policyDigest(turned)).not.toBe(policyDigest(open));
  });
});

describe("a vendor's record", () => {
  const problems = (change: Partial<VendorRecord>) =>
    vendorProblems({ ...vendor, ...change }, { atMs, maxRetentionDays: 30 });

  it("is valid when everything is in order", () => {
    expect(problems({})).toEqual([]);
  });

  it.each<[VendorProblem, Partial<VendorRecord>]>([
    ["AGREEMENT_NOT_YET", { agreement: { signedOn: "2026-03-12", expiresOn: "2027-01-01" } }],
    ["AGREEMENT_EXPIRED", { agreement: { signedOn: "2025-01-01", expiresOn: "2026-03-11" } }],
    ["TRAINING_ALLOWED", { noTraining: { isAgreed: false, clause: "none" } }],
    ["RETENTION_TOO_LONG", { retentionDays: 31 }],
    ["SOC2_TYPE_1", { soc2: { type: "1", periodEndsOn: "2025-12-31" } }],
    ["SOC2_TOO_OLD", { soc2: { type: "2", periodEndsOn: "2025-03-10" } }],
    ["REGIONS_MISSING", { dataFlow: { document: "flow.md", regions: [] } }],
    ["AUDIT_RIGHTS_MISSING", { auditRights: { isAgreed: false, clause: "none" } }],
    ["REVIEW_NOT_YET", { reviewedOn: "2026-03-12" }],
    ["REVIEW_OVERDUE", { reviewDueOn: "2026-03-11" }],
  ])("has the problem %s", (problem, change) => {
    expect(problems(change)).toEqual([problem]);
  });
});

describe("the linter", () => {
  const codes = (policy: RoutingPolicy) =>
    lintPolicy(policy, atMs).map(({ level, code }) => `${level} ${code}`);
  const routes = (change: Partial<RoutingPolicy["routes"]>): RoutingPolicy => ({
    ...open,
    routes: { ...open.routes, ...change },
  });

  it("finds nothing in what is in order", () => {
    expect(codes(defaultPolicy)).toEqual([]);
    expect(codes(open)).toEqual([]);
  });

  it.each<[string, RoutingPolicy]>([
    ["error ROUTE_EMPTY", routes({ contextual: [] })],
    ["error FALLBACK_MISSING", routes({ public: ["cloud"] })],
    ["warning FALLBACK_SINGLE", routes({ sensitive: ["enclave"] })],
    ["error DEIDENTIFY_MISSING", { ...open, deidentifyFor: [] }],
    ["warning CLOUD_SENSITIVE", routes({ sensitive: ["cloud", "enclave"] })],
    ["error ROUTES_CONTRADICT", routes({ sensitive: ["cloud", "enclave"] })],
    ["error ROUTES_CONTRADICT", routes({ public: ["client"], contextual: ["cloud", "client"] })],
    ["error CLOUD_CONTRADICTS", { ...open, cloud: { ...open.cloud, isAllowed: false } }],
    ["error CLOUD_CONTRADICTS", { ...defaultPolicy, cloud: open.cloud }],
    ["error VENDOR_MISSING", { ...open, cloud: { ...open.cloud, vendors: [] } }],
    ["error VENDOR_DOUBLE", { ...open, cloud: { ...open.cloud, vendors: [vendor, vendor] } }],
    ["error VENDOR_PROBLEM", { ...open, cloud: { ...open.cloud, maxRetentionDays: 7 } }],
  ])("finds %s", (expected, policy) => {
    expect(codes(policy)).toContain(expected);
  });
});
