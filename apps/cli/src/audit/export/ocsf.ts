import { classOf, type ExportedEntry } from "./entry.ts";

const version = "1.8.0";
const apiActivity = 6003;
const authentication = 3002;
const logoff = 2;
const activities = { C: 1, R: 2, U: 3, D: 4, E: 99 } as const;

/**
 * An OCSF event: Authentication (3002, logoff) for an ended session, else API Activity (6003). One line of
 * NDJSON. What OCSF has no field for is under `unmapped`.
 */
export function toOcsf(entry: ExportedEntry): object {
  const { origin, index, leafHash, event, hour, actor, conversation, details } = entry;
  const user = { uid: actor ?? "not recorded" };
  const common = {
    time: Date.parse(hour),
    severity_id: 1,
    status_id: 1,
    metadata: {
      version,
      uid: leafHash,
      sequence: index,
      log_name: origin,
      product: { name: "Cloister transparency log", vendor_name: "Cloister" },
    },
    unmapped: Object.fromEntries([
      ...(conversation === undefined ? [] : [["conversation", conversation] as const]),
      ...details,
    ]),
  };
  if (event.type === "session.revoked") {
    return { ...classified(authentication, logoff), ...common, user, service: { name: origin } };
  }
  return {
    ...classified(apiActivity, activities[classOf(entry).action]),
    ...common,
    actor: { user },
    api: { operation: event.type, service: { name: origin } },
    // Addresses are not recorded: they identify.
    src_endpoint: { name: "not recorded" },
  };
}

function classified(classUid: number, activity: number): object {
  return {
    category_uid: Math.floor(classUid / 1000),
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
  };
}
