import type { RoutingPolicy } from "./policy.ts";
import { sensitivities } from "./values.ts";
import { vendorProblems } from "./vendor.ts";

/** A setting that contradicts another (`error`) or deserves a second look (`warning`). */
export interface PolicyFinding {
  readonly level: "error" | "warning";
  readonly code: string;
  readonly message: string;
}

const error = (code: string, message: string): PolicyFinding => ({ level: "error", code, message });
const warning = (code: string, message: string): PolicyFinding => ({ level: "warning", code, message });

/**
 * What is wrong with a policy that has the right form, at a time in milliseconds since 1970. The router stays safe either
 * way (the cloud gets nothing without its conditions); the findings say where the policy promises what will not happen.
 */
export function lintPolicy(policy: RoutingPolicy, atMs: number): PolicyFinding[] {
  return [
    ...lintRoutes(policy),
    ...lintDeidentification(policy),
    ...lintCloud(policy),
    ...lintVendors(policy, atMs),
  ];
}

function lintRoutes({ routes }: RoutingPolicy): PolicyFinding[] {
  return sensitivities.flatMap((sensitivity) => {
    const list = routes[sensitivity];
    if (list.length === 0)
      return [error("ROUTE_EMPTY", `nothing may answer ${sensitivity} requests: name at least one place`)];
    if (list.every((processor) => processor === "cloud"))
      return [
        error("FALLBACK_MISSING", `${sensitivity} requests have only the cloud: name a place inside as well`),
      ];
    return list.length === 1
      ? [warning("FALLBACK_SINGLE", `${sensitivity} requests have only one place, ${list.join("")}`)]
      : [];
  });
}

function lintDeidentification({ routes, deidentifyFor }: RoutingPolicy): PolicyFinding[] {
  const sendsSensitive = routes.sensitive.includes("cloud");
  const out: PolicyFinding[] = [];
  if (sensitivities.some((each) => routes[each].includes("cloud")) && !deidentifyFor.includes("cloud"))
    out.push(
      error(
        "DEIDENTIFY_MISSING",
        "the cloud gets requests, but is not in deidentifyFor: they are de-identified anyway, say so",
      ),
    );
  if (sendsSensitive)
    out.push(
      warning("CLOUD_SENSITIVE", "sensitive requests may go to the cloud, de-identified: is that meant?"),
    );
  if (sendsSensitive && !routes.contextual.includes("cloud"))
    out.push(error("ROUTES_CONTRADICT", "the cloud may answer sensitive requests, but not contextual ones"));
  if (routes.contextual.includes("cloud") && !routes.public.includes("cloud"))
    out.push(error("ROUTES_CONTRADICT", "the cloud may answer contextual requests, but not public ones"));
  return out;
}

function lintCloud({ routes, cloud }: RoutingPolicy): PolicyFinding[] {
  const isRouted = sensitivities.some((each) => routes[each].includes("cloud"));
  if (isRouted && !cloud.isAllowed)
    return [error("CLOUD_CONTRADICTS", "routes name the cloud, but cloud.isAllowed is false")];
  if (!isRouted && cloud.isAllowed)
    return [error("CLOUD_CONTRADICTS", "cloud.isAllowed is true, but no route names the cloud")];
  if (isRouted && cloud.vendors.length === 0)
    return [
      error("VENDOR_MISSING", "the cloud is allowed, but no vendor has a record: nothing will go there"),
    ];
  return [];
}

function lintVendors({ cloud }: RoutingPolicy, atMs: number): PolicyFinding[] {
  const { vendors, maxRetentionDays } = cloud;
  const doubles = vendors.filter(({ id }, at) => vendors.findIndex((other) => other.id === id) !== at);
  return [
    ...doubles.map(({ id }) => error("VENDOR_DOUBLE", `vendor ${id} has more than one record`)),
    ...vendors.flatMap((vendor) =>
      vendorProblems(vendor, { atMs, maxRetentionDays }).map((problem) =>
        error("VENDOR_PROBLEM", `vendor ${vendor.id} gets nothing: ${problem}`),
      ),
    ),
  ];
}
