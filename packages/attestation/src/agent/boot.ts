import { equalBytes } from "@cloister/bytes";
import type { Manifest } from "../manifest/manifest.ts";
import type { AgentReason } from "./agent-rules.ts";

/** What a client remembers of an agent's newest boot. */
export interface BootSeen extends Pick<Manifest, "bootId" | "bootedAtMs" | "counter" | "identityKey"> {
  /** It showed a number again: there are two of it, or there was a way back. It never passes any more. */
  readonly isSpent?: boolean;
}

/** Reasons that, alone, say that a genuine enclave was rolled back or runs twice. */
const spending: ReadonlySet<AgentReason> = new Set(["BOOT_COUNTER", "BOOT_CLONED"]);

/** Whether the evidence holds in all but its place among what was seen before. */
export function isSpending(reasons: readonly AgentReason[]): boolean {
  return reasons.length > 0 && reasons.every((reason) => spending.has(reason));
}

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
    ...(shown.counter > seen.counter && !seen.isSpent ? [] : (["BOOT_COUNTER"] as const)),
  ];
}
