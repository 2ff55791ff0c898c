import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { Vault } from "../vault.ts";
import { deidentifyDocument, type Masking, restoreDocument } from "./index.ts";

const masking = (parts: Partial<Masking> = {}): Masking => ({
  vault: Vault.create(systemRandom),
  mode: "balanced",
  dates: "shift",
  year: 2026,
  ...parts,
});

const div =
  '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><td>Lucia <b>Marchetti</b></td><td>3 May 1961</td></tr></table> &lt;5 &amp; stable<img src="#face" alt="Lucia"/></div>';
const patient = {
  resourceType: "Patient",
  id: "pat-77",
  meta: {
    lastUpdated: "2024-02-03T11:22:33.123Z",
    versionId: "4",
    profile: ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"],
  },
  text: { status: "generated", div },
  identifier: [
    {
      use: "usual",
      type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "MR" }] },
      system: "urn:oid:1.2.36.146",
      value: "MRN-448812",
    },
    { system: "http://hl7.org/fhir/sid/us-ssn", value: "444-22-2222" },
  ],
  name: [
    { use: "official", family: "Marchetti", given: ["Lucia", "Ines"], prefix: ["Ms."] },
    { text: "Lulu Marchetti" },
  ],
  telecom: [
    { system: "phone", value: "(617) 555-2368", use: "home" },
    { system: "email", value: "lucia.marchetti@mail.invalid" },
    { system: "url", value: "http://lucia.invalid/me" },
  ],
  gender: "female",
  birthDate: "1961-05-03",
  deceasedBoolean: false,
  address: [
    {
      use: "home",
      text: "12 Canal Walk, Dunmore",
      line: ["12 Canal Walk"],
      city: "Dunmore",
      district: "Lacka",
      state: "PA",
      postalCode: "18512",
      country: "US",
    },
  ],
  contact: [
    {
      relationship: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0131", code: "N" }] }],
      name: { family: "Ilves", given: ["Bogdan"] },
    },
  ],
  photo: [{ contentType: "image/png", data: "aGVsbG8gd29ybGQh", url: "http://pics.invalid/lucia.png" }],
  generalPractitioner: [{ reference: "Practitioner/doc-9", display: "Dr Hannah Okonkwo" }],
  managingOrganization: { reference: "Organization/org-3" },
  extension: [
    { url: "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", valueString: "Bellweather" },
  ],
};
const observation = {
  resourceType: "Observation",
  id: "obs-1",
  status: "final",
  code: {
    coding: [{ system: "http://loinc.org", code: "8480-6", display: "Systolic blood pressure" }],
    text: "Systolic pressure",
  },
  subject: { reference: "http://ehr.invalid/fhir/Patient/pat-77/_history/4" },
  performer: [{ reference: "#p1" }],
  effectiveDateTime: "2024-02-03",
  effectivePeriod: { start: "2024-02", end: "2024" },
  issued: "2024-02-03T11:22:33+01:00",
  valueQuantity: { value: 128.5, unit: "mmHg", system: "http://unitsofmeasure.org", code: "mm[Hg]" },
  note: [
    {
      authorString: "Hannah Okonkwo",
      text: "Lucia felt dizzy; her husband Bogdan can be reached at 617-555-9876. Crohn's disease.",
    },
  ],
  contained: [{ resourceType: "Practitioner", id: "p1", name: [{ family: "Okonkwo" }] }],
};
const condition = {
  resourceType: "Condition",
  onsetAge: { value: 93, unit: "a", system: "http://unitsofmeasure.org", code: "a" },
  subject: { reference: "urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301" },
};
const document = {
  resourceType: "DocumentReference",
  status: "current",
  content: [
    { attachment: { contentType: "text/plain", data: toBase64(toUtf8("Seen Lucia Marchetti in Dunmore.")) } },
    { attachment: { contentType: "application/pdf", data: "JVBERi0xLjQ=" } },
  ],
};
const bundle = {
  resourceType: "Bundle",
  type: "transaction",
  entry: [
    {
      fullUrl: "http://ehr.invalid/fhir/Observation/obs-1",
      resource: observation,
      request: { method: "PUT", url: "Observation/obs-1" },
    },
    { fullUrl: "http://ehr.invalid/fhir/Patient/pat-77", resource: patient },
    { fullUrl: "urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301", resource: condition },
    { resource: document },
  ],
};
const hidden = [
  "Lucia",
  "Marchetti",
  "Lulu",
  "Ilves",
  "Bogdan",
  "Okonkwo",
  "Hannah",
  "Bellweather",
  "448812",
  "444-22-2222",
  "2368",
  "9876",
  "mail.invalid",
  "1961-05-03",
  "Canal",
  "Dunmore",
  "Lacka",
  "18512",
  "pat-77",
  "obs-1",
  "doc-9",
  "ehr.invalid",
  "pics.invalid",
  "aGVsbG8",
  "JVBERi",
  "3f2504e0",
  "2024-02-03",
  '"p1"',
  "#p1",
];

type Bundle = typeof bundle;
const source = JSON.stringify(bundle, undefined, 1);

/** The resources of a bundle of ours, in its order. */
function resourcesOf({ entry }: Bundle) {
  const [seen, person, onset, letter] = entry.map(({ resource }) => resource);
  return {
    seen: seen as typeof observation,
    person: person as typeof patient,
    onset: onset as typeof condition,
    letter: letter as typeof document,
  };
}

describe("FHIR", () => {
  it("loses every identifier wherever it stands, and stays the same resource", () => {
    const { text } = deidentifyDocument(source, "fhir", masking());
    for (const word of hidden) expect(text).not.toContain(word);
    const after = JSON.parse(text) as Bundle;
    expect(shapeOf(after)).toEqual(shapeOf(bundle));
    const { seen, person, onset, letter } = resourcesOf(after);
    expect(seen.code).toEqual(observation.code);
    expect(seen.valueQuantity).toEqual(observation.valueQuantity);
    expect(seen.note[0]?.text).toContain("Crohn's disease");
    expect(person.identifier[0]).toMatchObject({
      system: "urn:oid:1.2.36.146",
      type: patient.identifier[0]?.type,
    });
    expect(person.meta.profile).toEqual(patient.meta.profile);
    expect(person.address[0]).toMatchObject({ state: "PA", country: "US" });
    expect(person.name[0]?.prefix).toEqual(["Ms."]);
    expect(onset).toMatchObject({ onsetAge: { value: 90, unit: "a" } });
    const data = letter.content.map(({ attachment }) => fromUtf8(fromBase64(attachment.data)));
    expect(data[0]).toMatch(/^Seen \w+ \w+ in [\w ]+\.$/);
    expect(data[0]).not.toMatch(/Lucia|Dunmore/);
    expect(data[1]).toBe("removed");
  });

  it("keeps what refers to what", () => {
    const after = JSON.parse(deidentifyDocument(source, "fhir", masking()).text) as Bundle;
    const { seen, person, onset } = resourcesOf(after);
    const [first, second, third] = after.entry;
    expect(seen.subject.reference).toBe(`${second?.fullUrl ?? ""}/_history/${person.meta.versionId}`);
    expect(second?.fullUrl).toMatch(new RegExp(`^http://[a-z]+\\.example\\.\\w+/\\w+/Patient/${person.id}$`));
    expect(first?.request?.url).toBe(`Observation/${seen.id}`);
    expect(seen.performer[0]?.reference).toBe(`#${seen.contained[0]?.id ?? ""}`);
    expect(third?.fullUrl).toBe(onset.subject.reference);
    expect(third?.fullUrl).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  });

  it("moves all dates alike and in their form", () => {
    const after = deidentifyDocument(source, "fhir", masking());
    const { seen, person } = resourcesOf(JSON.parse(after.text) as Bundle);
    const days = (a: string, b: string) =>
      (Date.parse(a.slice(0, 10)) - Date.parse(b.slice(0, 10))) / 86_400_000;
    const moved = days(seen.effectiveDateTime, "2024-02-03");
    expect(Math.abs(moved)).toBeGreaterThanOrEqual(28);
    expect(Math.abs(moved % 7)).toBe(0);
    expect(days(person.birthDate, "1961-05-03")).toBe(moved);
    expect(days(person.meta.lastUpdated, "2024-02-03")).toBe(moved);
    expect(seen.issued).toMatch(/T11:22:33\+01:00$/);
    expect(seen.effectivePeriod.start).toMatch(/^\d{4}-\d\d$/);
    expect(seen.effectivePeriod.end).toBe("2024");
  });

  it("keeps years only where that is asked for, and no year that tells an age over 89", () => {
    const { text } = deidentifyDocument(
      source.replace('"1961-05-03"', '"1931-05-03"'),
      "fhir",
      masking({ dates: "year" }),
    );
    const { seen, person } = resourcesOf(JSON.parse(text) as Bundle);
    expect(person.birthDate).toBe("1936");
    expect(seen.effectiveDateTime).toBe("2024");
    expect(seen.issued).toBe("2024-01-01T00:00:00Z");
    const shifted = deidentifyDocument(
      '{"resourceType":"Patient","birthDate":"1931-05-03"}',
      "fhir",
      masking(),
    );
    expect(JSON.parse(shifted.text)).toEqual({ resourceType: "Patient", birthDate: "1936" });
  });

  it("keeps the narrative well formed, tags in their order", () => {
    const { text } = deidentifyDocument(source, "fhir", masking());
    const after = resourcesOf(JSON.parse(text) as Bundle).person.text.div;
    const tags = (html: string) => html.match(/<\/?[a-z]+/g);
    expect(tags(after)).toEqual(tags(div));
    expect(after).toContain('&lt;5 &amp; stable<img src="#" alt=""/></div>');
  });

  it("comes back from the vault, but for what was taken out for good", () => {
    const how = masking();
    const { text } = deidentifyDocument(source, "fhir", how);
    const back = JSON.parse(restoreDocument(text, "fhir", how.vault)) as Bundle;
    const { person } = resourcesOf(back);
    expect(person.text.div.replaceAll(/<[^>]*>/g, "")).toBe(div.replaceAll(/<[^>]*>/g, ""));
    expect({ ...person, text: 0, photo: 0 }).toEqual({ ...patient, text: 0, photo: 0 });
    expect(back.entry[0]).toEqual(bundle.entry[0]);
  });

  it("refuses what is no resource", () => {
    expect(() => deidentifyDocument('{"name":"Lucia"}', "fhir", masking())).toThrow(
      expect.objectContaining({ code: "DOCUMENT_FHIR", message: expect.not.stringContaining("Lucia") }),
    );
  });
});

/** Keys and kinds of values, which must not change. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
