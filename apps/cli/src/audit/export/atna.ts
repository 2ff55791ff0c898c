import { classOf, type ExportedEntry, eventSystem } from "./entry.ts";

/** Facility 10 (security), severity 5 (notice): RFC 5424 section 6.2.1, as DICOM PS3.15 A.6 asks for. */
const priority = 85;
const byteOrderMark = "\ufeff";

/** An ATNA audit message: DICOM PS3.15 A.5 XML in an RFC 5424 message in an RFC 5425 frame (its length first). */
export function toAtna(entry: ExportedEntry): string {
  const header = `<${priority}>1 ${entry.hour} - cloister-log - DICOM+RFC3881 -`;
  const message = `${header} ${byteOrderMark}<?xml version="1.0" encoding="UTF-8"?>${auditMessage(entry)}`;
  return `${Buffer.byteLength(message)} ${message}`;
}

function auditMessage(entry: ExportedEntry): string {
  const { origin, index, leafHash, event, hour, actor, conversation, details } = entry;
  const { action, dicom } = classOf(entry);
  const [eventCode, eventName] = dicom;
  const identification = element(
    "EventIdentification",
    { EventActionCode: action, EventDateTime: hour, EventOutcomeIndicator: "0" },
    code("EventID", { code: eventCode, system: "DCM", text: eventName }),
    code("EventTypeCode", { code: event.type, system: eventSystem, text: event.type }),
  );
  const participant = element("ActiveParticipant", {
    UserID: actor ?? "not recorded",
    UserIsRequestor: "true",
  });
  const source = element(
    "AuditSourceIdentification",
    { AuditSourceID: origin },
    element("AuditSourceTypeCode", { "csd-code": "4" }),
  );
  const objects = [
    object({ kind: "log-entry", id: `${origin}#${index}`, role: "13" }, [["leafHash", leafHash], ...details]),
    ...(conversation === undefined
      ? []
      : [object({ kind: "conversation", id: conversation, role: "4" }, [])]),
  ];
  return element("AuditMessage", {}, identification, participant, source, ...objects);
}

function object(
  { kind, id, role }: { readonly kind: string; readonly id: string; readonly role: string },
  details: readonly (readonly [string, string])[],
): string {
  return element(
    "ParticipantObjectIdentification",
    { ParticipantObjectID: id, ParticipantObjectTypeCode: "2", ParticipantObjectTypeCodeRole: role },
    code("ParticipantObjectIDTypeCode", { code: kind, system: "urn:cloister:object", text: kind }),
    ...details.map(([type, value]) =>
      element("ParticipantObjectDetail", { type, value: Buffer.from(value).toString("base64") }),
    ),
  );
}

function code(
  name: string,
  value: { readonly code: string; readonly system: string; readonly text: string },
): string {
  return element(name, { "csd-code": value.code, codeSystemName: value.system, originalText: value.text });
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly string[]
): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const start = `${name}${given.join("")}`;
  return children.length === 0 ? `<${start}/>` : `<${start}>${children.join("")}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
