import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import type { ProvisioningBox } from "@cloister/contracts/http";
import type { AccountId } from "@cloister/contracts/ids";
import type { DevicePermits } from "./device-permits.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { Clock, RelayStore } from "./ports.ts";

interface ProvisioningContext {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly permits: DevicePermits;
}

/** 16 to 64 bytes in base64url: the id is the secret that lets the new device fetch its box. */
const slotPattern = /^[A-Za-z0-9_-]{22,86}$/;

/**
 * Keeps a box for a new device, which the account may add from now on, as long as the box holds.
 * @throws RelayError `REQUEST_INVALID`, `FORBIDDEN` when the slot holds another box, `RATE_LIMITED`
 */
export async function putBox(
  { store, clock, limits, permits }: ProvisioningContext,
  account: AccountId,
  input: { readonly slot: string; readonly body: ProvisioningBox },
): Promise<void> {
  requireSlot(input.slot);
  const nowMs = clock.nowMs();
  const result = await store.putBox({
    slot: input.slot,
    account,
    box: decodeBox(input.body.box),
    nowMs,
    expiresAtMs: nowMs + limits.boxMs,
    maxPerAccountCount: limits.boxesPerAccountCount,
  });
  if (result === "taken") throw new RelayError("FORBIDDEN", { message: "this slot is in use" });
  if (result === "full") throw new RelayError("RATE_LIMITED", { retryAfterMs: limits.boxMs });
  permits.grant(account);
}

/** Reads the box, once. @throws RelayError `REQUEST_INVALID`, `NOT_FOUND` */
export async function takeBox({ store, clock }: ProvisioningContext, slot: string): Promise<ProvisioningBox> {
  requireSlot(slot);
  const box = await store.takeBox(slot, clock.nowMs());
  if (box === undefined) throw new RelayError("NOT_FOUND");
  return { box: toBase64Url(box) };
}

function requireSlot(slot: string): void {
  if (!slotPattern.test(slot)) {
    throw new RelayError("REQUEST_INVALID", { message: "a slot is 16 to 64 random bytes in base64url" });
  }
}

function decodeBox(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw new RelayError("REQUEST_INVALID", { message: "the box must be canonical base64url", cause });
  }
}
