import { toBase64Url } from "@cloister/bytes";
import { addressKey, type DeviceAddress, idBytesCount } from "@cloister/contracts/ids";
import { sha256 } from "@cloister/crypto";

/** An envelope as it came; every byte is attacker-controlled, and `from` is the relay's word or the seal's. */
export interface Arrival {
  readonly from: DeviceAddress;
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
  /** Its seal named the sender, and the relay did not. */
  readonly isSealed?: boolean;
}

/** What an envelope is remembered by: what is in it, since its id is the relay's to change. */
export function seenKey({ from, payload }: Arrival): string {
  return `${addressKey(from)}.${toBase64Url(sha256(payload).subarray(0, idBytesCount))}`;
}
