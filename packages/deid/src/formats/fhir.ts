import { BaseError, fromBase64, fromUtf8, toBase64, toUtf8 } from "@cloister/bytes";
import type { IdentifierLabel } from "../labels.ts";
import { inQuotes, nameOf } from "./json.ts";
import { type JsonNode, jsonString, parseJson, stringAt } from "./json-tree.ts";
import { isMachineDate } from "./machine-dates.ts";
import { type Coding, type Content, plain, type Region, within } from "./region.ts";
import { ATTRIBUTE, xhtml } from "./xhtml.ts";

/*
 * FHIR R4 and R5 by the names of their elements (hl7.org/fhir): only strings are replaced, so that whatever parsed
 * as a resource still does. Codes, systems, units and quantities stay; every string that is none is searched.
 */

const KEPT =
  /^(?:resourceType|versionId|system|code|version|unit|use|status|type|profile|linkId|lang|language|contentType|gender|intent|priority|mode|comparator|operator|kind|method|state|country|criticality|severity|rank|definition|questionnaire|instantiates(?:Canonical|Uri)|implicitRules|fhirVersion|valueCode|valueCanonical|valueUri|hash|dayOfWeek|allDay|valueTime|time|timezone|periodUnit|durationUnit|when|bodySite|modality|category|expression|path|relationship)$/;
const PERSONS = /^(?:[^?#]*\/)?(?:Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\//;
const TELECOM: Readonly<Record<string, IdentifierLabel>> = {
  phone: "PHONE",
  fax: "FAX",
  sms: "PHONE",
  pager: "PHONE",
  email: "EMAIL",
  url: "URL",
};
const LABELS: Readonly<Record<string, IdentifierLabel>> = {
  family: "NAME",
  given: "NAME",
  city: "LOCATION",
  district: "LOCATION",
  postalCode: "LOCATION",
  line: "LOCATION",
  id: "OTHER_ID",
  subscriberId: "HEALTH_PLAN",
  serialNumber: "DEVICE",
  lotNumber: "DEVICE",
  carrierHRF: "DEVICE",
  deviceIdentifier: "DEVICE",
  distinctIdentifier: "DEVICE",
  accession: "OTHER_ID",
};
/** "removed", so that a base64 value stays one. */
const REMOVED_DATA = "cmVtb3ZlZA==";

/** A text that is kept as base64 in an attachment. */
const base64Text: Coding = {
  read: (raw) => ({ text: fromUtf8(fromBase64(raw.replaceAll(/\s/g, ""))) }),
  write: (text) => toBase64(toUtf8(text)),
  isWhole: true,
};

/**
 * What to search in FHIR resources as JSON: one, a Bundle, or lines of them.
 * @throws BaseError `DOCUMENT_JSON`, `DOCUMENT_FHIR`
 */
export function fhirRegions(source: string): Region[] {
  const nodes = parseJson(source);
  if (nodes.some(({ parent, strings }) => parent === undefined && !strings.has("resourceType")))
    throw new BaseError(
      "Decode",
      "DOCUMENT_FHIR",
      "this is no FHIR resource: it has no resourceType; use --format json",
    );
  return nodes.flatMap((node) => (node.kind === "string" ? stringRegions(source, node) : ageRegion(node)));
}

function sibling({ parent }: JsonNode, name: string): string | undefined {
  return parent?.strings.get(name);
}

function stringRegions(source: string, node: JsonNode): Region[] {
  const name = nameOf(node);
  const text = stringAt(source, node);
  if (name === "div") return narrative(source, node);
  if (name === "data" || name === "carrierAIDC") return [attachment(node, text)];
  if (name === "reference" || name === "fullUrl" || (name === "url" && isRequest(node)))
    return addressRegions(node, text);
  const holder = nameOf(node.parent?.kind === "array" ? node.parent.parent : node.parent);
  const content = contentOf({ node, name, holder, text });
  return content === undefined ? [] : [inQuotes(node, content)];
}

function isRequest({ parent }: JsonNode): boolean {
  return ["request", "response"].includes(nameOf(parent));
}

interface Element {
  readonly node: JsonNode;
  readonly name: string;
  /** Name of the element around it. */
  readonly holder: string;
  readonly text: string;
}

function contentOf({ node, name, holder, text }: Element): Content | undefined {
  const identifier = (label: IdentifierLabel): Content => ({ type: "identifier", label });
  if (KEPT.test(name) || (name === "display" && /^(?:coding|valueCoding|class|tag|security)$/.test(holder)))
    return undefined;
  if (name === "birthDate" || /Born|birthDate/i.test(name)) return { type: "date", isBirth: true };
  if (isMachineDate(text)) return { type: "date" };
  if (name === "url")
    return (sibling(node, "contentType") ?? (holder === "link" || holder === "content"))
      ? identifier("URL")
      : undefined;
  if (name === "source" || name === "endpoint" || name === "address")
    return /:\/\//.test(text) ? identifier("URL") : { type: "text" };
  if (name === "value" && /(?:^|[a-z])identifier$/i.test(holder))
    return identifier(/^\d{3}-?\d{2}-?\d{4}$/.test(text) ? "SSN" : "OTHER_ID");
  if (name === "value" && sibling(node, "rank") !== undefined) return identifier("PHONE");
  if (name === "value" && holder !== "")
    return identifier(TELECOM[sibling(node, "system") ?? ""] ?? "OTHER_ID");
  if (name === "display" && PERSONS.test(sibling(node, "reference") ?? "")) return identifier("NAME");
  if (name === "text" && /address/i.test(holder)) return identifier("LOCATION");
  if (
    name === "text" &&
    (/^(?:name|maiden|valueHumanName)$/.test(holder) || sibling(node, "family") !== undefined)
  )
    return identifier("NAME");
  if (
    name === "name" &&
    /^(?:Organization|Location|HealthcareService|CareTeam)$/.test(sibling(node, "resourceType") ?? "")
  )
    return identifier("LOCATION");
  if (name === "valueString" && /[mM]aidenName$/.test(sibling(node, "url") ?? "")) return identifier("NAME");
  if (name === "ifNoneExist" || name === "criteria") return identifier("OTHER_ID");
  const label = Object.hasOwn(LABELS, name) ? LABELS[name] : undefined;
  return label === undefined ? { type: "text" } : identifier(label);
}

function narrative(source: string, node: JsonNode): Region[] {
  const body = inQuotes(node, { type: "text" }, within(jsonString, xhtml));
  const raw = source.slice(body.start, body.end);
  const attributes = [...raw.matchAll(ATTRIBUTE)].map((match): Region => {
    const [all, quote = "", value = ""] = match;
    const start = body.start + match.index + all.length - value.length - quote.length;
    const isLink = /^\s(?:href|src|cite|longdesc)/i.test(all);
    return {
      start,
      end: start + value.length,
      content: { type: "removed", label: "URL", by: isLink ? "#" : "" },
      coding: plain,
    };
  });
  return [body, ...attributes];
}

/** Text in an attachment is searched, anything else in it cannot be and goes. */
function attachment(node: JsonNode, data: string): Region {
  const type = sibling(node, "contentType") ?? "";
  if (/^text\/plain\b/.test(type) && isReadable(data))
    return inQuotes(node, { type: "text" }, within(jsonString, base64Text));
  return inQuotes(node, { type: "removed", label: "PHOTO", by: REMOVED_DATA });
}

function isReadable(data: string): boolean {
  try {
    return base64Text.read(data).text !== "";
  } catch {
    return false;
  }
}

/** The server, the id and the query of an address of a resource, each by itself: `Patient/12` stays a reference. */
function addressRegions(node: JsonNode, text: string): Region[] {
  const match =
    /^((?:[a-z]+:\/\/[^?#]*?(?=\/[A-Z][A-Za-z]+\/))?)(\/?(?:[A-Z][A-Za-z]+\/|urn:uuid:|urn:oid:|#)?)([^/?#]*)((?:\/_history\/)?)([^?#]*)(.*)$/s.exec(
      text,
    );
  const [, server = "", type = "", id = "", history = "", version = "", query = ""] = match ?? [];
  const whole = inQuotes(node, { type: "identifier", label: "URL" });
  // Escapes inside would shift what follows.
  if (text.length !== whole.end - whole.start) return [whole];
  const parts: readonly (readonly [string, IdentifierLabel | undefined])[] = [
    [server, "URL"],
    [type, undefined],
    [id, /^[A-Z][A-Za-z]+$/.test(id) && type === "" ? undefined : "OTHER_ID"],
    [history, undefined],
    [version, undefined],
    [query, "OTHER_ID"],
  ];
  let at = whole.start;
  return parts.flatMap(([part, label]) => {
    const start = at;
    at += part.length;
    return label === undefined || part === ""
      ? []
      : [{ start, end: at, content: { type: "identifier", label }, coding: jsonString } as const];
  });
}

/** An age over 89 as a quantity of years. */
function ageRegion(node: JsonNode): Region[] {
  if (node.kind !== "number" || nameOf(node) !== "value" || !/age$/i.test(nameOf(node.parent))) return [];
  const unit = sibling(node, "code") ?? sibling(node, "unit") ?? "a";
  return /^(?:a|y|yr|yrs|years?)$/i.test(unit)
    ? [{ start: node.start, end: node.end, content: { type: "age" }, coding: plain }]
    : [];
}
