import type { IdentifierLabel } from "../labels.ts";

const words: Readonly<Partial<Record<IdentifierLabel, string>>> = {
  MRN: "mrn mrns mrn# mr# med rec med-rec mrno emr chart record records medical-record hospital-number hosp patient-id ptid pid pt-id patient-number urn unit-number hcn epic uhid nhs chi emrn empi folder dossier file",
  HEALTH_PLAN:
    "member hbn subscriber beneficiary medicare medicaid mbi hicn policy insurance insured insurer plan payer payor coverage enrollee ins hmo ppo tricare aetna cigna humana bcbs kaiser anthem unitedhealthcare medi-cal healthplan policyholder versicherungsnummer mutuelle",
  ACCOUNT:
    "account acct acc a/c acct# card visa mastercard amex discover debit credit iban routing aba bank invoice billing bill swift bic checking savings guarantor statement sort-code wallet venmo paypal zelle payment konto",
  LICENSE:
    "license licence lic lic# npi dea driver's drivers driver certificate certification cert dl dln dl# licensed registration passport permit license# upin state-id credential credentials badge gmc nmc",
  VEHICLE:
    "vin plate plates vehicle tag tags car truck van suv license-plate licence-plate chassis honda toyota ford bmw tesla chevy motorcycle sedan registration-plate reg numberplate scooter",
  DEVICE:
    "serial sn s/n ser device pacemaker implant implanted defibrillator icd pump udi lot ref# cpap bipap stent valve monitor sensor transmitter wheelchair prosthesis imei mac loop glucometer cgm dexcom omnipod stimulator hearing-aid cochlear nebulizer concentrator ventilator oximeter generator lead hip-implant imsi udid",
  SSN: "ssn ssn# ss# social soc ssa socsec itin tin sin nino ni curp nss insee",
  FAX: "fax faxed facsimile fax#",
  PHONE:
    "phone tel telephone cell mobile call called calling number# reach text texted ph ph# contact pager beeper whatsapp voicemail landline dial ring extension ext callback answering reachable desk direct mob tél telefon teléfono",
  BIOMETRIC:
    "biometric biometrics fingerprint fingerprints finger voiceprint voice-print iris retina retinal faceprint face-id palm palmprint template thumbprint handprint minutiae dna gait voice-id enrolled scan-id facial",
  IP: "ip ipv4 ipv6",
  OTHER_ID:
    "case specimen accession acc# rx rx# prescription prescr study subject participant order ref reference ticket claim encounter visit trial confirmation id id# no no# number num # nr code identifier uuid guid tracking sample barcode token user username login userid employee staff student wristband donor authorization auth auth# referral enrolment enrollment locker badge# bed-id requisition req pathology path slide kit voucher booking appointment# tracking# receipt incident complaint docket session request study-id subject-id csn fin har handle pin password ward-id key loc event loyalty",
};

/** What a word says of the code that follows it. */
export const cueWords: ReadonlyMap<string, IdentifierLabel> = new Map(
  Object.entries(words).flatMap(([label, list]) =>
    list.split(" ").map((word) => [word, label as IdentifierLabel] as const),
  ),
);

/** Classifications: their codes say nothing of a person. */
export const classifications: ReadonlySet<string> = new Set(
  "icd icd-10 icd-9 icd-11 icd10 icd9 icd-10-cm cpt drg ndc hcpcs loinc snomed rxnorm rxcui cvx ms-drg apc atc omim mim mesh umls isbn issn pmid doi".split(
    " ",
  ),
);

/** Words whose numbers are no identifiers: codes of classifications, models, rooms, measures. */
export const plainWords: ReadonlySet<string> = new Set(
  (
    "group grp model version grade stage type class level score room bed floor bay page chapter section figure table bp hr rr temp temperature pulse weight height bmi " +
    "spo2 sat sats o2 glucose sugar a1c hba1c ldl hdl cholesterol creatinine egfr gfr tsh inr psa wbc rbc hgb hct plt platelets sodium potassium na k bun alt ast troponin " +
    "lactate ferritin crp esr ckmb bnp vitamin hours at pain apgar gcs year years iso pmc orpha rs chromosome exon gene article protocol-version hla copay deductible co-pay balance pay paid cost costs usd"
  ).split(" "),
);
