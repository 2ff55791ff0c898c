/** Messages that only their author could have made, and would not have. */
import { concatBytes } from "@cloister/bytes";
import { aesCbcEncrypt, hmacSha256 } from "@cloister/crypto";
import { messageKeys, messageSeed } from "../kdf.ts";
import { sendSpqr } from "../spqr/index.ts";
import { writeSignalMessage } from "../wire.ts";
import type { Side } from "./parties.ts";

/**
 * What `side` would send next in its open chain, authentic in its MAC. `extra` is appended to the protobuf;
 * `badPadding` leaves a ciphertext that does not unpad.
 */
export function forge(
  side: Side,
  { extra, badPadding = false }: { readonly extra?: Uint8Array; readonly badPadding?: boolean },
): Uint8Array<ArrayBuffer> {
  const { active } = side.record;
  const sending = active?.ratchet.sending;
  if (!active || sending?.kind !== "open") throw new Error("no open chain");
  const { field: spqrField, key } = sendSpqr(active.ratchet.spqr, side.random);
  const { cipherKey, iv, macKey } = messageKeys(messageSeed(sending.chainKey), key);
  const whole = aesCbcEncrypt({ key: cipherKey, iv, plaintext: new Uint8Array(16) });
  const ciphertext = badPadding ? whole.subarray(0, 16) : whole;
  const { counter, previousCounter, ratchetKeyPair } = sending;
  const ratchetKey = ratchetKeyPair.publicKey;
  const { version } = active;
  const fields = { version, ratchetKey, counter, previousCounter, ciphertext, spqrField };
  const authenticated = concatBytes(writeSignalMessage(fields), extra ?? new Uint8Array());
  const associated = concatBytes(active.localIdentityKey, active.remoteIdentityKey, authenticated);
  return concatBytes(authenticated, hmacSha256(macKey, associated).subarray(0, 8));
}
