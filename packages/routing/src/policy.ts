import { toHex } from "@cloister/bytes";
import { type CborMap, encodeCbor } from "@cloister/codec";
import { sha256 } from "@cloister/crypto";
import { JsonFields } from "./json-fields.ts";
import { type Processor, processors, type Sensitivity } from "./values.ts";
import { readVendorRecord, type VendorRecord } from "./vendor.ts";

/** What an organisation decides about where requests are answered. Plain data: keep it in a file, review it, sign it. */
export interface RoutingPolicy {
  readonly version: 1;
  readonly name: string;
  /** For each sensitivity the places that may answer, best first. What is not listed is not allowed. */
  readonly routes: Readonly<Record<Sensitivity, readonly Processor[]>>;
  /** Where identifiers are replaced before sending; the cloud always, listed or not. */
  readonly deidentifyFor: readonly Processor[];
  /** What a question about a kind of patient ("a 60-year-old with asthma") counts as. */
  readonly describedPatients: "public" | "contextual";
  readonly cloud: {
    /** Off unless the organisation says otherwise. */
    readonly isAllowed: boolean;
    readonly maxRetentionDays: number;
    readonly vendors: readonly VendorRecord[];
  };
}

/** The policy of an organisation that has not decided anything: nothing leaves its walls. */
export const defaultPolicy: RoutingPolicy = {
  version: 1,
  name: "default",
  routes: {
    public: ["on-premise", "enclave", "client"],
    contextual: ["on-premise", "enclave", "client"],
    sensitive: ["enclave", "on-premise", "client"],
  },
  deidentifyFor: ["cloud"],
  describedPatients: "contextual",
  cloud: { isAllowed: false, maxRetentionDays: 30, vendors: [] },
};

/**
 * A policy from JSON. Every field must be there and none that is unknown.
 * @throws BaseError `POLICY_FORMAT` with the path of the mistake
 */
export function readPolicy(value: unknown): RoutingPolicy {
  const fields = new JsonFields(value, "");
  const policy: RoutingPolicy = {
    version: fields.version(),
    name: fields.text("name"),
    routes: fields.object("routes", (inner) => ({
      public: inner.someOf("public", processors),
      contextual: inner.someOf("contextual", processors),
      sensitive: inner.someOf("sensitive", processors),
    })),
    deidentifyFor: fields.someOf("deidentifyFor", processors),
    describedPatients: fields.oneOf("describedPatients", ["public", "contextual"]),
    cloud: fields.object("cloud", (inner) => ({
      isAllowed: inner.boolean("isAllowed"),
      maxRetentionDays: inner.count("maxRetentionDays"),
      vendors: inner.list("vendors", readVendorRecord),
    })),
  };
  fields.end();
  return policy;
}

/** SHA-256 of the policy in deterministic CBOR, hexadecimal: the same for the same settings, however they are written. */
export function policyDigest(policy: RoutingPolicy): string {
  return toHex(sha256(encodeCbor(asCbor(policy))));
}

function asCbor({ version, name, routes, deidentifyFor, describedPatients, cloud }: RoutingPolicy): CborMap {
  return {
    version,
    name,
    routes: { ...routes },
    deidentifyFor: [...deidentifyFor].toSorted(),
    describedPatients,
    cloud: {
      isAllowed: cloud.isAllowed,
      maxRetentionDays: cloud.maxRetentionDays,
      vendors: cloud.vendors.map((vendor) => ({
        ...vendor,
        agreement: { ...vendor.agreement },
        noTraining: { ...vendor.noTraining },
        soc2: { ...vendor.soc2 },
        dataFlow: { ...vendor.dataFlow },
        auditRights: { ...vendor.auditRights },
      })),
    },
  };
}
