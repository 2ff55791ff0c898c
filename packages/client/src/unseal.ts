import { BaseError, equalBytes, isBaseError } from "@cloister/bytes";
import { openSealedEnvelope, sealEnvelope } from "@cloister/contracts/envelope";
import { idFromBytes, idToBytes } from "@cloister/contracts/ids";
import { type OpenedSealedMessage, openSealedMessage } from "@cloister/protocol/sealed-sender";
import { senderByHint } from "./access.ts";
import type { Arrival } from "./arrival.ts";
import { learnTrustRoot, trustRootsOf } from "./certificate.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import type { Delivery } from "./link.ts";
import { contactsTable } from "./records.ts";

/** An envelope whose sender is known now; with a fault, it is to be said again. */
export interface Unsealed {
  readonly arrival: Arrival;
  readonly fault?: BaseError;
}

/**
 * Learns from the seal who sent an envelope. What is in it then looks as it would have without a seal, so that
 * the same message is the same whichever way it came. Undefined when nobody can be taken for its sender: it is
 * from no contact, under another identity key than the pinned one, or begins a session, which nobody seals.
 * @throws BaseError family `Unavailable`
 */
export async function unseal(
  core: Core,
  { id, payload, sealedAtMs }: Extract<Delivery, { readonly sealedAtMs: number }>,
): Promise<Unsealed | undefined> {
  try {
    const { sender, type, message } = await open(core, openSealedEnvelope(payload));
    const from = { account: idFromBytes(sender.account), device: sender.deviceId };
    const contact = core.database.find(contactsTable, from.account);
    if (type !== 2 || !contact || !equalBytes(contact.identityKey, sender.identityKey)) return undefined;
    const arrival = { from, id, payload: sealEnvelope({ type, bytes: message }), isSealed: true };
    return sender.expiresAtMs >= sealedAtMs ? { arrival } : { arrival, fault: expired() };
  } catch (error) {
    if (!isBaseError(error) || error.family === "Unavailable") throw error;
    const from = senderByHint(core, id);
    return from && { arrival: { from, id, payload }, fault: error };
  }
}

async function open(core: Core, bytes: Uint8Array): Promise<OpenedSealedMessage> {
  try {
    return openWith(core, bytes);
  } catch (error) {
    if (!isBaseError(error, "SEALED-003") || !(await learnTrustRoot(core))) throw error;
    return openWith(core, bytes);
  }
}

/** Whether the certificate had expired is looked at later, when it is known who has to say it again. */
function openWith(core: Core, bytes: Uint8Array): OpenedSealedMessage {
  const { account, device } = selfOf(core);
  const { identityKeyPair } = keysOf(core);
  const local = { identityKeyPair, account: idToBytes(account), deviceId: device };
  return openSealedMessage({ bytes, local, trustRoots: trustRootsOf(core), nowMs: 0 });
}

function expired(): BaseError {
  return new BaseError("Policy", "SEALED-005", "the sender's certificate had expired; it is asked again");
}
