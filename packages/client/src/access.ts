import { concatBytes, equalBytes } from "@cloister/bytes";
import { type AccountId, type DeviceAddress, idBytesCount, idToBytes } from "@cloister/contracts/ids";
import { accessKeyBytesCount } from "@cloister/contracts/payload";
import { hkdfSha256, hmacSha256, x25519 } from "@cloister/crypto";
import { type Core, keysOf, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { type ContactRecord, contactsTable } from "./records.ts";
import { accessTable } from "./sealing-records.ts";

/*
 * Whoever has an account's access key can send it mail without the relay learning who. It follows from the
 * identity key, so all devices of a person have it; contacts get it inside the encryption, beside what is said
 * to them, until they have used it.
 */

const hintBytesCount = 8;
/** Beside longer content there may be no room; shorter will follow. */
const maxContentBytes = 32_768;
const noSalt = new Uint8Array(0);

/** What opens this account's mailboxes, 16 bytes. */
export function accessKeyOf(core: Pick<Core, "database">): Uint8Array {
  return hkdfSha256({
    ikm: keysOf(core).identityKeyPair.privateKey,
    salt: noSalt,
    info: "Cloister access key v1",
    lengthBytes: accessKeyBytesCount,
  });
}

/** The own access key, if the account has to be told it with this content. */
export async function accessKeyFor(
  core: Core,
  transaction: Transaction,
  account: AccountId,
  content: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (account === selfOf(core).account || content.length > maxContentBytes) return undefined;
  return (await transaction.get(accessTable, account))?.knowsOurs ? undefined : accessKeyOf(core);
}

/** Notes what an envelope that opened shows about its sender. */
export async function noteAccess(
  core: Core,
  transaction: Transaction,
  { account, identityKey }: ContactRecord,
  shown: { readonly isSealed: boolean; readonly accessKey: Uint8Array | undefined },
): Promise<void> {
  if (account === selfOf(core).account) return;
  const known = await transaction.get(accessTable, account);
  const key = shown.accessKey ?? known?.key;
  const isSameKey = key === known?.key || (key && known?.key && equalBytes(key, known.key));
  if (known?.knowsOurs === shown.isSealed && isSameKey) return;
  const hintKey = known?.hintKey ?? makeHintKey(core, identityKey);
  transaction.put(accessTable, account, {
    account,
    ...(key && { key }),
    knowsOurs: shown.isSealed,
    hintKey,
  });
}

/** The account's key was refused; it tells another one when it sees that its own is not used. */
export async function forgetAccessKey(core: Core, account: AccountId): Promise<void> {
  await core.database.change(async (transaction) => {
    const known = await transaction.get(accessTable, account);
    if (!known) return;
    const { key: _refused, ...rest } = known;
    transaction.put(accessTable, account, rest);
  });
}

/**
 * A fresh id for an envelope, 16 bytes. With it the reader knows whom to ask, should the seal around the
 * sender's name be damaged; to everybody else it is random.
 */
export async function freshEnvelopeId(
  core: Core,
  transaction: Transaction,
  account: AccountId,
): Promise<Uint8Array> {
  const random = core.random(idBytesCount);
  const known = await transaction.get(accessTable, account);
  if (!known) return random;
  const nonce = random.subarray(0, idBytesCount - hintBytesCount);
  return concatBytes(nonce, hint(known.hintKey, nonce, selfOf(core)));
}

/** The contact's device that an envelope's id names. The relay may show an id again, with other bytes. */
export function senderByHint({ database }: Core, id: Uint8Array): DeviceAddress | undefined {
  const nonce = id.subarray(0, idBytesCount - hintBytesCount);
  for (const { account, hintKey } of database.all(accessTable)) {
    for (const device of database.find(contactsTable, account)?.devices ?? []) {
      const from = { account, device };
      if (equalBytes(hint(hintKey, nonce, from), id.subarray(nonce.length))) return from;
    }
  }
  return undefined;
}

function hint(hintKey: Uint8Array, nonce: Uint8Array, { account, device }: DeviceAddress): Uint8Array {
  const named = concatBytes(nonce, idToBytes(account), Uint8Array.of(device));
  return hmacSha256(hintKey, named).subarray(0, hintBytesCount);
}

function makeHintKey(core: Core, identityKey: Uint8Array): Uint8Array {
  const { privateKey } = keysOf(core).identityKeyPair;
  return hkdfSha256({
    ikm: x25519(privateKey, identityKey.subarray(1)),
    salt: noSalt,
    info: "Cloister sender hint v1",
    lengthBytes: 32,
  });
}
