/** Franking for sealed senders: the commitment, and a proof of authorship inside the encryption. */
import { concatBytes } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import type { KeyPair } from "../keys.ts";
import { demand } from "../rules.ts";
import { ACCOUNT_BYTES } from "../sealed-sender/certificates.ts";
import {
  checkOpening,
  commit,
  drawOpening,
  type FrankedMessage,
  OPENING_BYTES,
  type OpenedFranked,
} from "./commitment.ts";
import { checkProofAsRecipient, PROOF_BYTES, proveSender } from "./sender-proof.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 2;
const HEAD_BYTES = 1 + OPENING_BYTES + PROOF_BYTES;

/** A recipient by account (16 bytes) and identity key (33 bytes). */
export interface FrankedRecipient {
  readonly account: Uint8Array;
  readonly identityKey: Uint8Array;
}

/** What the recipient keeps to be able to report. */
export interface OpenedSealedFranked extends OpenedFranked {
  readonly proof: Bytes;
}

/**
 * Commits to a content for one recipient and proves authorship to them and the desk alone. `deskKey` is the
 * compliance desk's X25519 public key (33 bytes), from a source that the sender trusts.
 * @throws BaseError `FRANK-007`, `KEY-…`, `WIRE-005`
 */
export function frankSealed(input: {
  readonly content: Uint8Array;
  readonly identityKeyPair: KeyPair;
  readonly recipient: FrankedRecipient;
  readonly deskKey: Uint8Array;
  readonly random: Random;
}): FrankedMessage {
  const { content, recipient, deskKey, random } = input;
  const opening = drawOpening(random);
  const commitment = commit(content, opening);
  const message = proven(commitment, recipient.account);
  const subject = { recipientKey: recipient.identityKey, deskKey, message };
  const proof = proveSender(subject, input.identityKeyPair, random);
  return { plaintext: concatBytes(Uint8Array.of(FORMAT), opening, proof, content), commitment };
}

/**
 * Takes a decrypted message apart and checks that the desk would accept a report of it. `senderKey` is the
 * identity key of the sealed message's verified sender. The rest is attacker-controlled.
 * @throws BaseError `FRANK-001`, `FRANK-002`, `FRANK-004`
 */
export function openSealedFranked(input: {
  readonly plaintext: Uint8Array;
  readonly commitment: Uint8Array;
  readonly senderKey: Uint8Array;
  readonly local: { readonly account: Uint8Array; readonly identityKeyPair: KeyPair };
  readonly deskKey: Uint8Array;
}): OpenedSealedFranked {
  const { plaintext, commitment, senderKey, deskKey, local } = input;
  demand(plaintext.length >= HEAD_BYTES && plaintext[0] === FORMAT, "FRANK-002");
  const opening = plaintext.slice(1, 1 + OPENING_BYTES);
  const proof = plaintext.slice(1 + OPENING_BYTES, HEAD_BYTES);
  const opened = checkOpening({ opening, content: plaintext.slice(HEAD_BYTES), commitment });
  const message = proven(commitment, local.account);
  checkProofAsRecipient(proof, { senderKey, deskKey, message }, local.identityKeyPair);
  return { ...opened, proof };
}

/** What a proof is about: this commitment, sent to this account. */
export function proven(commitment: Uint8Array, recipient: Uint8Array): Bytes {
  demand(recipient.length === ACCOUNT_BYTES, "FRANK-007");
  return concatBytes(commitment, recipient);
}
