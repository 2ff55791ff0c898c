import { defaultPolicy, type RoutingPolicy, type VendorRecord } from "@cloister/routing";
import { describe, expect, it } from "vitest";
import { goodRecord } from "./testing/policy.ts";
import { requireVendor } from "./vendor.ts";

const today = Date.UTC(2026, 5, 1);

function policy(
  record: Partial<VendorRecord> = {},
  cloud: Partial<RoutingPolicy["cloud"]> = {},
): RoutingPolicy {
  const vendors = [{ ...goodRecord, ...record }];
  return { ...defaultPolicy, cloud: { isAllowed: true, maxRetentionDays: 30, vendors, ...cloud } };
}

describe("the vendor", () => {
  it("may be asked while its record holds", () => {
    expect(() => requireVendor(policy(), "acme", today)).not.toThrow();
  });

  it.each<[string, RoutingPolicy, string, RegExp]>([
    ["the cloud is off", policy({}, { isAllowed: false }), "acme", /allows no cloud/],
    ["there is no record of it", policy(), "other", /no record/],
    [
      "the agreement ended",
      policy({ agreement: { signedOn: "2024-01-01", expiresOn: "2026-06-01" } }),
      "acme",
      /AGREEMENT_EXPIRED/,
    ],
    ["it may train", policy({ noTraining: { isAgreed: false, clause: "none" } }), "acme", /TRAINING_ALLOWED/],
    ["it keeps too long", policy({ retentionDays: 31 }), "acme", /RETENTION_TOO_LONG/],
  ])("may not when %s", (_what, given, id, why) => {
    expect(() => requireVendor(given, id, today)).toThrow(
      expect.objectContaining({
        code: "EGRESS_VENDOR",
        family: "Policy",
        message: expect.stringMatching(why),
      }),
    );
  });
});
