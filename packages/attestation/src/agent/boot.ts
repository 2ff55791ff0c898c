import { equalBytes } from "@cloister/bytes";
import type { Manifest } from "../manifest/manifest.ts";
import type { AgentReason } from "./agent-rules.ts";

/** What a client remembers of an agent's newest boot. */
export type BootSeen = Pick<Manifest, "bootId" | "bootedAtMs" | "counter" | "identityKey">;

/**
 * Whether a document can follow what was seen. A snapshot that comes back, or a second copy of it, has the same
 * boot id and counts on from the same number; an older boot is older. Each client is a witness of its own: who
 * only ever meets one of two clones cannot tell.
 */
export function bootFaults(shown: Manifest, seen: BootSeen | undefined): readonly AgentReason[] {
  if (!seen) return [];
  if (!equalBytes(shown.bootId, seen.bootId)) {
    return shown.bootedAtMs > seen.bootedAtMs ? [] : ["BOOT_OLDER"];
  }
  return [
    ...(equalBytes(shown.identityKey, seen.identityKey) ? [] : (["BOOT_CLONED"] as const)),
    ...(shown.counter > seen.counter ? [] : (["BOOT_COUNTER"] as const)),
  ];
}
