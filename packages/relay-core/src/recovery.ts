import { equalBytes } from "@cloister/bytes";
import type { RecoverAccountRequest, RecoveryInfo, SetRecoveryRequest } from "@cloister/contracts/http";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import { recoveryProofMessage } from "@cloister/contracts/proofs";
import { ed25519Verify } from "@cloister/crypto";
import { accountRecord, recoveryUnknown } from "./accounts.ts";
import { canonicalBytes } from "./canonical.ts";
import { RelayError } from "./errors.ts";
import type { RelayStore } from "./ports.ts";
import { verifyRegistration } from "./registration.ts";

/** 32 bytes in base64url. */
const keyPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * @throws RelayError `FORBIDDEN`, `NOT_FOUND` when the account has no such backup, `REQUEST_INVALID`,
 * `DEVICE_REVOKED`
 */
export async function setRecovery(
  store: RelayStore,
  address: DeviceAddress,
  { keys, backup }: SetRecoveryRequest,
): Promise<void> {
  const result = await store.setRecovery({
    address,
    keys: keys.map(canonicalBytes),
    ...(backup !== undefined && { backup }),
  });
  if (result === "revoked") throw new RelayError("DEVICE_REVOKED");
  if (result === "taken") throw new RelayError("FORBIDDEN", { message: "another account has this key" });
  if (result === "blobUnknown") throw new RelayError("NOT_FOUND");
}

/** The key is as good as a secret: nobody guesses it. @throws RelayError `NOT_FOUND` */
export async function recoveryInfo(store: RelayStore, key: string): Promise<RecoveryInfo> {
  const record = keyPattern.test(key) ? await store.recovery(canonicalBytes(key)) : undefined;
  if (record === undefined) throw new RelayError("NOT_FOUND");
  return { account: record.account, ...(record.backup !== undefined && { backup: record.backup }) };
}

/**
 * What it takes to put a device in the place of all others: the identity key and a recovery key. A stolen
 * device has the first and not the second.
 * @throws RelayError `FORBIDDEN`, `ACCOUNT_UNKNOWN`, `REQUEST_INVALID`
 */
export async function verifyRecovery(
  store: RelayStore,
  account: AccountId,
  request: RecoverAccountRequest,
): Promise<Parameters<RelayStore["replaceDevices"]>[0]> {
  const { identityKey, device } = verifyRegistration(request.registration);
  const record = await accountRecord(store, account);
  const publicKey = canonicalBytes(request.recoveryKey);
  const owner = await store.recovery(publicKey);
  const message = recoveryProofMessage(account, device.authKey);
  const signature = canonicalBytes(request.signature);
  if (
    owner?.account !== account ||
    !equalBytes(record.identityKey, identityKey) ||
    !ed25519Verify({ publicKey, message, signature })
  ) {
    throw recoveryUnknown();
  }
  return { account, device, recoveryKey: publicKey };
}
