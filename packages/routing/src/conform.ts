import { BaseError } from "@cloister/bytes";
import type { Inquiry } from "./assess.ts";
import type { RoutingPolicy } from "./policy.ts";
import type { ReasonCode } from "./reasons.ts";
import { type RoutingPorts, route } from "./route.ts";
import { type Processor, processors, type Sensitivity } from "./values.ts";

/** The answer of the conformance suite `route`. */
export interface RouteAnswer {
  readonly id: string | number;
  readonly sensitivity: Sensitivity;
  readonly processor: Processor;
  readonly deidentify: boolean;
  readonly reasons: readonly ReasonCode[];
}

type Fields = Readonly<Record<string, unknown>>;

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function wrong(what: string): BaseError {
  return new BaseError("Decode", "CONFORM_REQUEST", what);
}

/** A list of texts that may be absent. */
function texts(fields: Fields, key: string): string[] {
  const value = fields[key] ?? [];
  if (!isTexts(value)) throw wrong(`"context.${key}" must be a list of texts`);
  return value;
}

function readContext(value: unknown): Omit<Inquiry, "text"> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong('"context" must be an object');
  const fields = value as Fields;
  const { patient = false, attachments = 0 } = fields;
  // A reference to a patient is a link as well; only "no" is no.
  const isPatientLinked = patient !== false && patient !== null && patient !== "";
  const attachmentsCount = Array.isArray(attachments) ? attachments.length : attachments;
  if (typeof attachmentsCount !== "number" || !(attachmentsCount >= 0))
    throw wrong('"context.attachments" must be a number from 0 up');
  return {
    isPatientLinked,
    attachmentsCount,
    history: texts(fields, "history"),
    retrieved: texts(fields, "retrieved"),
    fileNames: texts(fields, "fileNames"),
  };
}

function readAvailable(value: unknown): Processor[] {
  const list = isTexts(value) ? processors.filter((processor) => value.includes(processor)) : [];
  if (!isTexts(value) || value.length === 0 || new Set(value).size !== list.length)
    throw wrong(`"available" must be a list of ${processors.join(", ")}`);
  return list;
}

/**
 * One line of the conformance suite `route`: `{"id","text","context"?,"available"}` →
 * `{"id","sensitivity","processor","deidentify","reasons"}`. Whose policy it is, the caller says; consent is given.
 * @throws BaseError `CONFORM_REQUEST`; `ROUTE_REFUSED` when nothing that is available may answer
 */
export function conformRoute(
  request: unknown,
  {
    policy,
    atMs,
    ports,
  }: { readonly policy: RoutingPolicy; readonly atMs: number; readonly ports: RoutingPorts },
): RouteAnswer {
  const {
    id,
    text,
    context = {},
    available,
  } = (typeof request === "object" && request !== null ? request : {}) as Fields;
  if ((typeof id !== "string" && typeof id !== "number") || typeof text !== "string")
    throw wrong('send {"id": text or number, "text": text, "available": list}');
  const decision = route(
    {
      inquiry: { text, ...readContext(context ?? {}) },
      policy,
      available: readAvailable(available),
      atMs,
      hasConsent: true,
    },
    ports,
  );
  const { sensitivity, reasons } = decision;
  if (decision.outcome === "refused")
    throw new BaseError(
      "Policy",
      "ROUTE_REFUSED",
      `no available place may answer a ${sensitivity} request (${reasons.join(", ")}); offer one inside`,
    );
  return { id, sensitivity, processor: decision.processor, deidentify: decision.deidentify, reasons };
}
