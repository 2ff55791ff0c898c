import type { DetectionMode } from "../detect.ts";
import type { Vault } from "../vault.ts";
import { type Masked, type Masking, maskRegions, restoreRegions } from "./apply.ts";
import { csvRegions } from "./csv.ts";
import { fhirRegions } from "./fhir.ts";
import { hl7Regions } from "./hl7.ts";
import { jsonRegions } from "./json.ts";
import { plain, type Region } from "./region.ts";

export type { DetectionMode, Masked, Masking };

/** How a document is written. `fhir` is FHIR as JSON, `hl7` HL7 version 2; both `json` and `fhir` may be lines. */
export const documentFormats = ["text", "json", "csv", "fhir", "hl7"] as const;
/** One of {@link documentFormats}. */
export type DocumentFormat = (typeof documentFormats)[number];

const regionsOf: Readonly<Record<DocumentFormat, (source: string) => readonly Region[]>> = {
  text: (source) => [{ start: 0, end: source.length, content: { type: "text" }, coding: plain }],
  json: jsonRegions,
  csv: csvRegions,
  fhir: fhirRegions,
  hl7: hl7Regions,
};

/**
 * A document without its identifiers, still of its format: what is not replaced stays byte for byte. Linear in the
 * document, but for what its vault grows by.
 * @throws BaseError `DOCUMENT_JSON`, `DOCUMENT_FHIR`, `DOCUMENT_CSV`, `DOCUMENT_HL7`; never quotes the document
 */
export function deidentifyDocument(source: string, format: DocumentFormat, masking: Masking): Masked {
  return maskRegions(source, regionsOf[format](source), masking);
}

/**
 * A document with its originals back, from the vault that learnt them. Years that dates were cut to, ages over 89,
 * and pictures stay as they are; 5/3/2024 may come back as 05/03/2024.
 * @throws BaseError as `deidentifyDocument`
 */
export function restoreDocument(source: string, format: DocumentFormat, vault: Vault): string {
  return restoreRegions(source, regionsOf[format](source), vault);
}

/** The format of a document by its name, where that tells, and by how it begins. */
export function formatOf(source: string, name = ""): DocumentFormat {
  const [, ending = ""] = /\.([a-z0-9]+)$/i.exec(name.toLowerCase()) ?? [];
  if (ending === "csv" || ending === "tsv") return "csv";
  if (ending === "txt" || ending === "md") return "text";
  const head = source.slice(0, 65_536);
  if (/^[\s\v\ufeff]*(?:MSH|FHS|BHS)[^\w\s]/.test(head)) return "hl7";
  if (!/^[\s\ufeff]*[{[]/.test(head)) return "text";
  return /^[^{]*\{[^{}[\]]*"resourceType"\s*:/.test(head) || /"resourceType"\s*:\s*"/.test(head)
    ? "fhir"
    : "json";
}
