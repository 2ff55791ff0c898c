/**
 * Sealed sender: an envelope that hides from the server who wrote. The message inside is encrypted by its
 * session or sender key as always; the envelope adds a certificate of who sent it.
 */
import { equalBytes } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import type { KeyPair } from "../keys.ts";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { demand } from "../rules.ts";
import {
  type CertificatePolicy,
  claimedIdentityKey,
  type VerifiedSender,
  verifySenderCertificate,
} from "./certificates.ts";
import { readSealedContent, type SealedContent, writeSealedContent } from "./content.ts";
import { type RecipientDevices, writeSentForm } from "./sent-form.ts";
import { openVersion1, sealVersion1, VERSION_1 } from "./version1.ts";
import { openVersion2, sealForKeys, VERSION_2_RECEIVED } from "./version2.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Seals for all devices of one account (version 1). @throws BaseError `KEY-…`, `WIRE-…` */
export function sealForOne(input: {
  readonly content: SealedContent;
  readonly identityKeyPair: KeyPair;
  readonly recipientIdentityKey: Uint8Array;
  readonly random: Random;
}): Bytes {
  return sealVersion1({ ...input, content: writeSealedContent(input.content) });
}

/**
 * Seals one content, such as a group message, for many accounts (version 2): the form to upload, which a
 * server cuts up with `splitSealedMessage`.
 * @throws BaseError `SEALED-009`, `KEY-…`, `WIRE-…`
 */
export function sealForMany(input: {
  readonly content: SealedContent;
  readonly identityKeyPair: KeyPair;
  readonly recipients: readonly (RecipientDevices & { readonly identityKey: Uint8Array })[];
  readonly random: Random;
}): Bytes {
  const { recipients, shared } = sealForKeys({ ...input, content: writeSealedContent(input.content) });
  return writeSentForm(recipients, shared);
}

/** An opened envelope. Open `message` with the sender's session, trusting `sender.identityKey` and no other. */
export interface OpenedSealedMessage extends Omit<SealedContent, "senderCertificate"> {
  readonly sender: VerifiedSender;
}

/**
 * Opens an envelope of either version and checks who sealed it: the certificate up to a trust root at
 * `nowMs`, that its identity key sealed the envelope, and that it is not this device's own.
 * `bytes` is attacker-controlled.
 * @throws BaseError `SEALED-…`, `KEY-…`, `WIRE-…`
 */
export function openSealedMessage(
  input: CertificatePolicy & {
    readonly bytes: Uint8Array;
    readonly local: {
      readonly identityKeyPair: KeyPair;
      readonly account: Uint8Array;
      readonly deviceId: number;
    };
  },
): OpenedSealedMessage {
  const { local } = input;
  const { senderCertificate, ...content } = unseal(input.bytes, local.identityKeyPair);
  const sender = verifySenderCertificate(senderCertificate, input);
  const isOwn = sender.deviceId === local.deviceId && equalBytes(sender.account, local.account);
  demand(!isOwn, "SEALED-007");
  return { ...content, sender };
}

/** Content whose envelope was sealed by the identity key that its certificate claims. */
function unseal(bytes: Uint8Array, identityKeyPair: KeyPair): SealedContent {
  demand(bytes.length > 1 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  const version = bytes[0];
  demand(version === VERSION_1 || version === VERSION_2_RECEIVED, "SEALED-001");
  const open = version === VERSION_1 ? openVersion1 : openVersion2;
  const opened = open(bytes.subarray(1), identityKeyPair);
  const content = readSealedContent(opened.content);
  demand(opened.isSealedBy(claimedIdentityKey(content.senderCertificate)), "SEALED-006");
  return content;
}
