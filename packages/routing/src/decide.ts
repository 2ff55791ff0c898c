import { type Assessment, raisedBy } from "./assess.ts";
import { policyDigest, type RoutingPolicy } from "./policy.ts";
import type { ReasonCode } from "./reasons.ts";
import { isAsStrictAs, type Processor, type Sensitivity } from "./values.ts";
import { vendorProblems } from "./vendor.ts";

interface Judged {
  readonly sensitivity: Sensitivity;
  readonly isCloudBarred: boolean;
  /** First what the request is, then why it goes where it goes. */
  readonly reasons: readonly ReasonCode[];
  /** SHA-256 of the policy, hexadecimal. */
  readonly policyDigest: string;
}

/** Where a request goes, or that it goes nowhere: plain data, ready for a receipt or the next message's `earlier`. */
export type Decision =
  | (Judged & {
      readonly outcome: "routed";
      readonly processor: Processor;
      /** Identifiers are to be replaced before it is sent; always true for the cloud. */
      readonly deidentify: boolean;
      /** Whose cloud. */
      readonly vendorId?: string;
    })
  | (Judged & { readonly outcome: "refused" });

/** What {@link decide} goes by. */
export interface DecisionInput {
  readonly assessment: Assessment;
  readonly policy: RoutingPolicy;
  /** What can be reached now. */
  readonly available: readonly Processor[];
  /** Milliseconds since 1970: vendor records end. */
  readonly atMs: number;
  /** Whether the person agreed that a cloud model may see de-identified text. */
  readonly hasConsent?: boolean;
  /** The person's own limit: no place that shows the request to more than this one does. */
  readonly strictest?: Processor;
  /** The decision before in the same conversation: nothing becomes less sensitive again. */
  readonly earlier?: Pick<Assessment, "sensitivity" | "isCloudBarred">;
  /** The strict detector still finds something after de-identification. */
  readonly hasResidue?: boolean;
}

/**
 * Takes the first place of the policy's list that is available and admissible; the cloud only when policy, a valid vendor
 * record and the person's consent allow it, nothing bars it, and always de-identified. No place left means `refused`.
 */
export function decide(input: DecisionInput): Decision {
  const { policy, available, strictest = "cloud" } = input;
  const { sensitivity, isCloudBarred, reasons } = raisedBy(input.assessment, input.earlier);
  const against: ReasonCode[] = [];
  const digest = policyDigest(policy);
  for (const processor of policy.routes[sensitivity]) {
    if (!available.includes(processor)) continue;
    if (!isAsStrictAs(processor, strictest)) {
      against.push("CHOICE_STRICTER");
      continue;
    }
    const why = processor === "cloud" ? reasonAgainstCloud(input, isCloudBarred) : undefined;
    if (why !== undefined) {
      against.push(why);
      continue;
    }
    const vendor = processor === "cloud" ? validVendor(input) : undefined;
    return {
      outcome: "routed",
      processor,
      deidentify: processor === "cloud" || policy.deidentifyFor.includes(processor),
      ...(vendor === undefined ? {} : { vendorId: vendor }),
      sensitivity,
      isCloudBarred,
      reasons: [...reasons, ...new Set(against)],
      policyDigest: digest,
    };
  }
  return {
    outcome: "refused",
    sensitivity,
    isCloudBarred,
    reasons: [...reasons, ...new Set(against)],
    policyDigest: digest,
  };
}

function reasonAgainstCloud(input: DecisionInput, isCloudBarred: boolean): ReasonCode | undefined {
  if (!input.policy.cloud.isAllowed) return "CLOUD_OFF";
  if (isCloudBarred) return "CLOUD_BARRED";
  if (input.hasResidue === true) return "RESIDUE_FOUND";
  if (validVendor(input) === undefined) return "VENDOR_UNFIT";
  return input.hasConsent === true ? undefined : "CONSENT_MISSING";
}

function validVendor({ policy, atMs }: DecisionInput): string | undefined {
  const { vendors, maxRetentionDays } = policy.cloud;
  return vendors.find((vendor) => vendorProblems(vendor, { atMs, maxRetentionDays }).length === 0)?.id;
}
