import { toHex } from "@cloister/bytes";
import type { AuditEvent } from "@cloister/transparency";

/** An event with its byte strings in hexadecimal, as commands print it. */
export function eventJson(event: AuditEvent): Readonly<Record<string, string | boolean>> {
  const entries = Object.entries(event) as [string, string | boolean | Uint8Array][];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : value]),
  );
}
