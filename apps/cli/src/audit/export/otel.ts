import type { ExportedEntry } from "./entry.ts";

/** The only details that become attributes; what a later version adds stays out until it is put here. */
const allowed = new Set([
  "role",
  "kind",
  "abstained",
  "receiptDigest",
  "identityDigest",
  "softwareDigest",
  "modelDigest",
  "indexDigest",
  "ledgerDigest",
  "commitment",
]);

/** An OTLP log record in a request of its own: one line of OTLP's JSON file format. */
export function toOtel(entry: ExportedEntry): object {
  const { origin, index, leafHash, event, hour, actor, conversation, details } = entry;
  const attributes = [
    text("cloister.log.leaf_hash", leafHash),
    { key: "cloister.log.index", value: { intValue: String(index) } },
    ...(actor === undefined ? [] : [text("cloister.actor", actor)]),
    ...(conversation === undefined ? [] : [text("cloister.conversation", conversation)]),
    ...details.filter(([key]) => allowed.has(key)).map(([key, value]) => text(`cloister.${key}`, value)),
  ];
  const record = {
    timeUnixNano: `${Date.parse(hour)}000000`,
    severityNumber: 9,
    severityText: "INFO",
    eventName: event.type,
    body: { stringValue: event.type },
    attributes,
  };
  const resource = {
    attributes: [text("service.name", "cloister-log"), text("cloister.log.origin", origin)],
  };
  const scopeLogs = [{ scope: { name: "cloister.audit" }, logRecords: [record] }];
  return { resourceLogs: [{ resource, scopeLogs }] };
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}
