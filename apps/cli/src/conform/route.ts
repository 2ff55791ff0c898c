import { conformRoute, defaultPolicy, type RoutingPolicy, type VendorRecord } from "@cloister/routing";
import { deidPorts } from "../routing/ports.ts";
import type { Suite } from "./driver.ts";

/** The suite decides at one moment, so that its answers do not change when this record ends. */
const atMs = Date.UTC(2026, 5, 1);

const vendor: VendorRecord = {
  id: "conformance",
  name: "A vendor with everything in order",
  agreement: { signedOn: "2026-01-01", expiresOn: "2027-01-01" },
  noTraining: { isAgreed: true, clause: "7.2" },
  retentionDays: 0,
  soc2: { type: "2", periodEndsOn: "2026-03-31" },
  dataFlow: { document: "dataflow.md", regions: ["us-east"] },
  auditRights: { isAgreed: true, clause: "11" },
  reviewedOn: "2026-04-01",
  reviewDueOn: "2026-10-01",
};

/**
 * The most open policy that the product stands behind: general questions may go to a cloud model, somebody's case never;
 * a question about a kind of patient counts as general. Vendor and consent are in order, so that what decides is the
 * request.
 */
const policy: RoutingPolicy = {
  ...defaultPolicy,
  name: "conformance",
  routes: { ...defaultPolicy.routes, public: ["cloud", ...defaultPolicy.routes.public] },
  describedPatients: "public",
  cloud: { isAllowed: true, maxRetentionDays: 30, vendors: [vendor] },
};

/** The suite `route`. */
export const routeSuite: Suite = (request) => conformRoute(request, { policy, atMs, ports: deidPorts });
