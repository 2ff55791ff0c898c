/**
 * Field 6 of a message: who sends it to whom. Signal's library adds it to first messages between accounts
 * whose names are UUIDs. It is under the MAC, so a relay that delivers a message in another name is found out.
 */
import { concatBytes, equalBytes } from "@cloister/bytes";
import { demand } from "./rules.ts";

const SERVICE_ID_BYTES = 17;
const MAX_DEVICE_ID = 127;

/** Length of the field: a service id and a device, twice. */
export const ADDRESSES_BYTES = 2 * (SERVICE_ID_BYTES + 1);

/**
 * A device in the form that messages carry. `serviceId` has 17 bytes: what the id is of (0 an account, 1 a
 * phone number), then the UUID. `deviceId` is 1 to 127.
 */
export interface ServiceAddress {
  readonly serviceId: Uint8Array;
  readonly deviceId: number;
}

/** Both ends of a conversation as this side sees them. */
export interface AddressPair {
  readonly local: ServiceAddress;
  readonly remote: ServiceAddress;
}

/** What is there must match; its absence says nothing. @throws BaseError `KEY-002`, `WIRE-008` */
export function checkAddresses(claimed: Uint8Array | undefined, expected: AddressPair | undefined): void {
  if (!claimed || !expected) return;
  demand(equalBytes(claimed, concatBytes(encode(expected.remote), encode(expected.local))), "WIRE-008");
}

function encode({ serviceId, deviceId }: ServiceAddress): Uint8Array {
  demand(serviceId.length === SERVICE_ID_BYTES, "KEY-002");
  demand(Number.isInteger(deviceId) && deviceId >= 1 && deviceId <= MAX_DEVICE_ID, "KEY-002");
  return concatBytes(serviceId, Uint8Array.of(deviceId));
}
