/**
 * The identifiers of 45 CFR 164.514(b)(2)(i)(A)-(R); ages over 89, which belong to (C), stand apart.
 * `LOCATION` is (B), every place smaller than a state; `OTHER_ID` is (R).
 */
export const identifierLabels = [
  "NAME",
  "LOCATION",
  "DATE",
  "AGE90",
  "PHONE",
  "FAX",
  "EMAIL",
  "SSN",
  "MRN",
  "HEALTH_PLAN",
  "ACCOUNT",
  "LICENSE",
  "VEHICLE",
  "DEVICE",
  "URL",
  "IP",
  "BIOMETRIC",
  "PHOTO",
  "OTHER_ID",
] as const;

/** One kind of identifier. */
export type IdentifierLabel = (typeof identifierLabels)[number];

/** Where an identifier stands: UTF-16 code units from `start` up to, without, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: IdentifierLabel;
}
