import { toBase64Url } from "@cloister/bytes";
import type { AnswerBox, ProvisioningBox, PutBoxRequest } from "@cloister/contracts/http";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import { canonicalBytes } from "./canonical.ts";
import type { DevicePermits } from "./device-permits.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { OpenSlots } from "./open-slots.ts";
import type { Clock, RelayStore } from "./ports.ts";

interface ProvisioningContext {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly permits: DevicePermits;
  readonly slots: OpenSlots;
}

/** 16 to 64 bytes in base64url: the id is the secret that lets the new device fetch its box. */
const slotPattern = /^[A-Za-z0-9_-]{22,86}$/;

/**
 * Keeps a box for somebody who knows the slot. It may open a slot for their answer, or let the one new device
 * into the account that shows the token, as long as the box holds.
 * @throws RelayError `REQUEST_INVALID`, `FORBIDDEN` when a slot is in use, `RATE_LIMITED`, `DEVICE_REVOKED`
 */
export async function putBox(
  context: ProvisioningContext,
  address: DeviceAddress,
  input: { readonly slot: string; readonly body: PutBoxRequest },
): Promise<void> {
  const { answerSlot, tokenHash, box } = input.body;
  await keep(context, address, input.slot, box);
  if (tokenHash !== undefined) context.permits.grant(address, canonicalBytes(tokenHash));
  if (answerSlot !== undefined && !context.slots.open(address.account, answerSlot)) throw slotInUse();
}

/**
 * Keeps the answer of somebody without an account, in a slot that a device has opened for it; it counts as
 * that device's box.
 * @throws RelayError `NOT_FOUND` when no device waits there, `FORBIDDEN` when it was answered, `RATE_LIMITED`
 */
export async function putAnswer(context: ProvisioningContext, slot: string, body: AnswerBox): Promise<void> {
  const account = context.slots.ownerOf(slot);
  if (account === undefined) throw new RelayError("NOT_FOUND");
  await keep(context, { account }, slot, body.box);
}

async function keep(
  { store, clock, limits }: ProvisioningContext,
  from: { readonly account: AccountId; readonly device?: DeviceAddress["device"] },
  slot: string,
  box: string,
): Promise<void> {
  requireSlot(slot);
  const nowMs = clock.nowMs();
  const result = await store.putBox({
    slot,
    ...from,
    box: canonicalBytes(box),
    nowMs,
    expiresAtMs: nowMs + limits.boxMs,
    maxPerAccountCount: limits.boxesPerAccountCount,
  });
  if (result === "revoked") throw new RelayError("DEVICE_REVOKED");
  if (result === "taken") throw slotInUse();
  if (result === "full") throw new RelayError("RATE_LIMITED", { retryAfterMs: limits.boxMs });
}

function slotInUse(): RelayError {
  return new RelayError("FORBIDDEN", { message: "this slot is in use" });
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
