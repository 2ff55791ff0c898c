import { classOf, type ExportedEntry, eventSystem } from "./entry.ts";

const terminology = "http://terminology.hl7.org/CodeSystem";

/**
 * A FHIR R4 AuditEvent, shaped as IHE BALP's events without a patient: the log knows pseudonyms only. One
 * line of NDJSON.
 */
export function toFhir(entry: ExportedEntry): object {
  const { origin, index, leafHash, event, hour, actor, conversation, details } = entry;
  const { action, dicom } = classOf(entry);
  return {
    resourceType: "AuditEvent",
    id: leafHash,
    type: { system: "http://dicom.nema.org/resources/ontology/DCM", code: dicom[0], display: dicom[1] },
    subtype: [{ system: eventSystem, code: event.type }],
    action,
    recorded: hour,
    outcome: "0",
    agent: [
      {
        type: { coding: [{ system: `${terminology}/v3-ParticipationType`, code: "AUT" }] },
        who:
          actor === undefined
            ? { display: "not recorded" }
            : { identifier: { system: "urn:cloister:pseudonym", value: actor } },
        requestor: true,
      },
    ],
    source: {
      site: origin,
      observer: { display: `transparency log ${origin}` },
      type: [{ system: `${terminology}/security-source-type`, code: "4", display: "Application Server" }],
    },
    entity: [
      {
        what: { identifier: { system: "urn:cloister:log-entry", value: `${origin}#${index}` } },
        type: { system: `${terminology}/audit-entity-type`, code: "4", display: "Other" },
        role: { system: `${terminology}/object-role`, code: "13", display: "Security Resource" },
        detail: [
          { type: "leafHash", valueString: leafHash },
          ...details.map(([type, valueString]) => ({ type, valueString })),
        ],
      },
      ...(conversation === undefined
        ? []
        : [
            {
              what: { identifier: { system: "urn:cloister:conversation", value: conversation } },
              type: { system: `${terminology}/audit-entity-type`, code: "2", display: "System Object" },
              role: { system: `${terminology}/object-role`, code: "4", display: "Domain Resource" },
            },
          ]),
    ],
  };
}
