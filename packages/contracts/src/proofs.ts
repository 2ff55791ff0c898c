import { concatBytes, toUtf8, uint32 } from "@cloister/bytes";
import { type AccountId, type DeviceAddress, idToBytes } from "./ids.ts";

const deviceLabel = toUtf8("Cloister device v1\0");
const sessionLabel = toUtf8("Cloister session v1\0");
const recoveryLabel = toUtf8("Cloister recovery v1\0");

/** What the identity key signs (XEdDSA) so that only its holder can add a device. */
export function deviceProofMessage(input: {
  readonly authKey: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly registrationId: number;
}): Uint8Array<ArrayBuffer> {
  return concatBytes(deviceLabel, input.identityKey, input.authKey, uint32(input.registrationId));
}

/** What a device's auth key signs (Ed25519) to open a session. `challenge` is 32 bytes, used once. */
export function sessionProofMessage(address: DeviceAddress, challenge: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(sessionLabel, idToBytes(address.account), uint32(address.device), challenge);
}

/** What a recovery key signs (Ed25519) so that a new device replaces all others of its account. */
export function recoveryProofMessage(account: AccountId, authKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(recoveryLabel, idToBytes(account), authKey);
}
