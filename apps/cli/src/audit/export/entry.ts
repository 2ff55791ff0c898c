import { toHex } from "@cloister/bytes";
import { type AuditEvent, leafHash } from "@cloister/transparency";

/** One entry of the log, as exports have it: no format says more than the entry. */
export interface ExportedEntry {
  /** The log's name. */
  readonly origin: string;
  readonly index: number;
  /** Hex: finds the entry in the log, and proves nothing by itself. */
  readonly leafHash: string;
  readonly event: AuditEvent;
  /** Beginning of the hour, ISO 8601: finer times are not recorded. */
  readonly hour: string;
  /** Hex pseudonym; absent where nobody is recorded. */
  readonly actor?: string;
  /** Hex pseudonym. */
  readonly conversation?: string;
  /** What the type records beyond that. */
  readonly details: readonly (readonly [string, string])[];
}

/** Code system of the log's own event types, wherever a format asks for one. */
export const eventSystem = "urn:cloister:audit-event";

/** How the standards call what an act is about: an action, and DICOM's coarse event. */
export interface EventClass {
  readonly action: "C" | "R" | "U" | "D" | "E";
  readonly dicom: readonly [code: string, display: string];
}

const activity = ["110100", "Application Activity"] as const;
const security = ["110113", "Security Alert"] as const;
const authentication = ["110114", "User Authentication"] as const;

/** Acts that are not here are something that was done, no more. */
const classes: Readonly<Record<string, EventClass>> = {
  "organisation.created": { action: "C", dicom: activity },
  "account.created": { action: "C", dicom: security },
  "device.added": { action: "C", dicom: security },
  "device.revoked": { action: "D", dicom: security },
  "session.revoked": { action: "E", dicom: authentication },
  "invitation.issued": { action: "C", dicom: security },
  "invitation.redeemed": { action: "E", dicom: security },
  "conversation.created": { action: "C", dicom: activity },
  "member.added": { action: "U", dicom: security },
  "identity.verified": { action: "E", dicom: security },
  "identity.changed": { action: "U", dicom: security },
  "consent.granted": { action: "C", dicom: security },
  "consent.revoked": { action: "D", dicom: security },
  "breakglass.requested": { action: "C", dicom: security },
  "breakglass.released": { action: "R", dicom: security },
  "breakglass.noticed": { action: "E", dicom: security },
  "breakglass.reviewed": { action: "E", dicom: security },
  "message.sent": { action: "C", dicom: activity },
  "emergency.shown": { action: "R", dicom: activity },
  "ai.answered": { action: "C", dicom: activity },
  "budget.changed": { action: "U", dicom: activity },
  "canary.planned": { action: "C", dicom: activity },
};

/** See {@link EventClass}. */
export function classOf({ event }: ExportedEntry): EventClass {
  return classes[event.type] ?? { action: "E", dicom: activity };
}

/** An entry for export, from its leaf and what the leaf says. */
export function exportedEntry(input: {
  readonly origin: string;
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly event: AuditEvent;
}): ExportedEntry {
  const { origin, index, leaf, event } = input;
  const { type: _type, at, actor, conversation, ...rest } = event;
  const details = Object.entries(rest as Record<string, string | boolean | Uint8Array>);
  return {
    origin,
    index,
    leafHash: toHex(leafHash(leaf)),
    event,
    hour: at.replace(/Z$/, ":00:00Z"),
    ...(actor === undefined ? {} : { actor: toHex(actor) }),
    ...(conversation === undefined ? {} : { conversation: toHex(conversation) }),
    details: details.map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : String(value)]),
  };
}
