import { type BaseError, isBaseError, toBase64Url } from "@cloister/bytes";
import { fillSealedEnvelope, openEnvelope } from "@cloister/contracts/envelope";
import type { AccountId } from "@cloister/contracts/ids";
import { sealForOne } from "@cloister/protocol/sealed-sender";
import { forgetAccessKey } from "./access.ts";
import { currentCertificate } from "./certificate.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import type { SendOutcome } from "./link.ts";
import { type ContactRecord, contactsTable, type SealedEnvelope } from "./records.ts";
import { accessTable } from "./sealing-records.ts";

/** What the door for sealed mail may be shut by while the ordinary one is open. */
const shutting: ReadonlySet<string> = new Set(["RATE_LIMITED", "MAILBOX_FULL"]);

interface Means {
  readonly contact: ContactRecord;
  readonly accessKey: Uint8Array;
  readonly senderCertificate: Uint8Array;
}

/**
 * Sends an account's envelopes, which stay as they are under a seal around the sender's name, by a request that
 * names nobody. Undefined when they have to go the ordinary way: the account's key is not known or not taken,
 * a session with one of its devices has not been answered yet, or it is this person's own.
 * @throws BaseError family `Unavailable`: nobody knows what became of it, and it may be sent again
 */
export async function sendSealed(
  core: Core,
  account: AccountId,
  envelopes: readonly SealedEnvelope[],
): Promise<SendOutcome | undefined> {
  const means = meansFor(core, account, envelopes);
  if (!means) return undefined;
  try {
    await core.relay.sendSealed({
      account,
      accessKey: toBase64Url(means.accessKey),
      envelopes: envelopes.map(({ device, id, payload }) => {
        return { device, id: toBase64Url(id), payload: toBase64Url(seal(core, means, payload)) };
      }),
    });
    return { type: "accepted" };
  } catch (error) {
    if (!isBaseError(error)) throw error;
    return refused(core, account, error);
  }
}

async function refused(core: Core, account: AccountId, error: BaseError): Promise<SendOutcome | undefined> {
  if (error.code === "DEVICES_CHANGED") return { type: "rejected", code: error.code, account };
  if (error.code === "UNAUTHENTICATED") await forgetAccessKey(core, account);
  else if (error.family === "Unavailable" && !shutting.has(error.code)) throw error;
  return undefined;
}

function meansFor(core: Core, account: AccountId, envelopes: readonly SealedEnvelope[]): Means | undefined {
  const contact = core.database.find(contactsTable, account);
  const accessKey = core.database.find(accessTable, account)?.key;
  const senderCertificate = currentCertificate(core);
  if (!contact || !accessKey || !senderCertificate || account === selfOf(core).account) return undefined;
  const isAnswered = envelopes.every(({ payload }) => openEnvelope(payload).type === 2);
  return isAnswered ? { contact, accessKey, senderCertificate } : undefined;
}

function seal(core: Core, { contact, senderCertificate }: Means, payload: Uint8Array): Uint8Array {
  const { type, bytes } = openEnvelope(payload);
  return fillSealedEnvelope(
    sealForOne({
      content: {
        type,
        senderCertificate: new Uint8Array(senderCertificate),
        message: new Uint8Array(bytes),
        contentHint: 0,
      },
      identityKeyPair: keysOf(core).identityKeyPair,
      recipientIdentityKey: contact.identityKey,
      random: core.random,
    }),
  );
}
