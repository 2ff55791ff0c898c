import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Assessment } from "./assess.ts";
import { type DecisionInput, decide } from "./decide.ts";
import { explain } from "./explain.ts";
import { defaultPolicy, policyDigest, type RoutingPolicy } from "./policy.ts";
import { route } from "./route.ts";
import { isAsStrictAs, processors, sensitivities } from "./values.ts";
import type { VendorRecord } from "./vendor.ts";

const atMs = Date.UTC(2026, 2, 11);
const vendor: VendorRecord = {
  id: "v",
  name: "Vendor",
  agreement: { signedOn: "2026-01-01", expiresOn: "2027-01-01" },
  noTraining: { isAgreed: true, clause: "7" },
  retentionDays: 0,
  soc2: { type: "2", periodEndsOn: "2025-12-31" },
  dataFlow: { document: "flow.md", regions: ["us-east"] },
  auditRights: { isAgreed: true, clause: "9" },
  reviewedOn: "2026-02-01",
  reviewDueOn: "2026-08-01",
};
const open: RoutingPolicy = {
  ...defaultPolicy,
  name: "open",
  routes: {
    public: ["cloud", "on-premise"],
    contextual: ["cloud", "on-premise"],
    sensitive: ["cloud", "enclave"],
  },
  cloud: { isAllowed: true, maxRetentionDays: 30, vendors: [vendor] },
};
const general: Assessment = { sensitivity: "public", isCloudBarred: false, reasons: ["QUESTION_GENERAL"] };
const input: DecisionInput = {
  assessment: general,
  policy: open,
  available: processors,
  atMs,
  hasConsent: true,
};

describe("the cloud", () => {
  it("gets a request when everything is in order, without identifiers", () => {
    expect(decide(input)).toEqual({
      outcome: "routed",
      processor: "cloud",
      vendorId: "v",
      deidentify: true,
      sensitivity: "public",
      isCloudBarred: false,
      reasons: ["QUESTION_GENERAL"],
      policyDigest: policyDigest(open),
    });
  });

  it.each([
    ["the policy", { policy: { ...open, cloud: { ...open.cloud, isAllowed: false } } }, "CLOUD_OFF"],
    ["a bar", { assessment: { ...general, isCloudBarred: true } }, "CLOUD_BARRED"],
    ["an ended record", { atMs: Date.UTC(2027, 5, 1) }, "VENDOR_UNFIT"],
    ["no vendor", { policy: { ...open, cloud: { ...open.cloud, vendors: [] } } }, "VENDOR_UNFIT"],
    ["no consent", { hasConsent: false }, "CONSENT_MISSING"],
    ["residue", { hasResidue: true }, "RESIDUE_FOUND"],
    ["the person's choice", { strictest: "on-premise" }, "CHOICE_STRICTER"],
  ] as const)("gets nothing against %s", (_, change, reason) => {
    const decision = decide({ ...input, ...change });
    expect(decision).toMatchObject({ outcome: "routed", processor: "on-premise" });
    expect(decision.reasons).toContain(reason);
  });
});

describe("a decision", () => {
  it("is refused when no place is left", () => {
    const decision = decide({ ...input, policy: defaultPolicy, available: ["cloud"] });
    expect(decision.outcome).toBe("refused");
    expect(explain(decision)).toBe("Not sent: it is a general question");
  });

  it("is explained in a line", () => {
    const assessment: Assessment = {
      sensitivity: "sensitive",
      isCloudBarred: false,
      reasons: ["HAS_DATE", "CASE_SELF"],
    };
    const decision = decide({ ...input, policy: defaultPolicy, available: ["on-premise"], assessment });
    expect(explain(decision)).toBe("Stays inside the hospital: it mentions a date");
  });

  it("stays as sensitive as the conversation was", () => {
    const earlier = decide({
      ...input,
      assessment: { sensitivity: "sensitive", isCloudBarred: true, reasons: ["QUASI_ROLE"] },
    });
    const decision = decide({ ...input, earlier });
    expect(decision).toMatchObject({ sensitivity: "sensitive", processor: "enclave", isCloudBarred: true });
    expect(decision.reasons).toContain("CONVERSATION_EARLIER");
  });
});

const place = fc.constantFrom(...processors);
const someInput: fc.Arbitrary<DecisionInput> = fc.record(
  {
    assessment: fc.record({
      sensitivity: fc.constantFrom(...sensitivities),
      isCloudBarred: fc.boolean(),
      reasons: fc.constant(["CASE_LIKELY"] as const),
    }),
    policy: fc
      .record({
        deidentifyFor: fc.uniqueArray(place),
        routes: fc.record({
          public: fc.uniqueArray(place),
          contextual: fc.uniqueArray(place),
          sensitive: fc.uniqueArray(place),
        }),
      })
      .map((change): RoutingPolicy => Object.assign({}, open, change)),
    available: fc.uniqueArray(place),
    atMs: fc.constantFrom(atMs, Date.UTC(2030, 0, 1)),
    hasConsent: fc.boolean(),
    strictest: place,
    hasResidue: fc.boolean(),
  },
  { requiredKeys: ["assessment", "policy", "available", "atMs"] },
);

describe("properties", () => {
  it("never the cloud without de-identification, consent, or in spite of a bar; never a place that is not there", () => {
    fc.assert(
      fc.property(someInput, (any) => {
        const decision = decide(any);
        if (decision.outcome !== "routed") return;
        expect(any.available).toContain(decision.processor);
        expect(any.policy.routes[decision.sensitivity]).toContain(decision.processor);
        if (decision.processor !== "cloud") return;
        expect(decision).toMatchObject({ deidentify: true, isCloudBarred: false, vendorId: "v" });
        expect([any.hasConsent, any.hasResidue ?? false]).toEqual([true, false]);
      }),
    );
  });

  it("always honours a stricter choice", () => {
    fc.assert(
      fc.property(someInput, place, (any, strictest) => {
        const decision = decide({ ...any, strictest });
        if (decision.outcome === "routed") expect(isAsStrictAs(decision.processor, strictest)).toBe(true);
      }),
    );
  });

  it("never becomes less sensitive in a conversation", () => {
    fc.assert(
      fc.property(fc.array(someInput, { minLength: 1 }), (messages) => {
        let earlier: ReturnType<typeof decide> | undefined;
        for (const message of messages) {
          const decision = decide({ ...message, ...(earlier && { earlier }) });
          const rank = (each: { sensitivity: (typeof sensitivities)[number] } | undefined): number =>
            each === undefined ? 0 : sensitivities.indexOf(each.sensitivity);
          expect(rank(decision)).toBeGreaterThanOrEqual(Math.max(rank(earlier), rank(message.assessment)));
          if (earlier?.isCloudBarred === true) expect(decision.isCloudBarred).toBe(true);
          earlier = decision;
        }
      }),
    );
  });
});

describe("from a request to a decision", () => {
  const request = {
    inquiry: { text: "What are the symptoms of gout?" },
    policy: open,
    available: processors,
    atMs,
    hasConsent: true,
  };
  const detect = (): [] => [];
  it("looks at what de-identification leaves", () => {
    expect(route(request, { detect, residueCount: () => 0 })).toMatchObject({ processor: "cloud" });
    const kept = route(request, { detect, residueCount: () => 1 });
    expect(kept).toMatchObject({ processor: "on-premise" });
    expect(kept.reasons).toContain("RESIDUE_FOUND");
  });

  it("keeps a request inside when that look fails", () => {
    const residueCount = (): number => {
      throw new Error("gone");
    };
    expect(route(request, { detect, residueCount })).toMatchObject({ processor: "on-premise" });
  });
});
