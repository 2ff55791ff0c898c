/** An organisation with certificates and devices for tests, from a seed. */
import { toUtf8 } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { generateKeyPair, type KeyPair } from "../keys.ts";
import {
  createSenderCertificate,
  createServerCertificate,
  type OpenedSealedMessage,
  openSealedMessage,
  type SealedContent,
  sealForMany,
  sealForOne,
} from "../sealed-sender/index.ts";
import { seededRandom } from "./parties.ts";

export const EXPIRES_AT_MS = 1_000_000_000;

export interface SealedDevice {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly deviceId: number;
  readonly registrationId: number;
  readonly identityKeyPair: KeyPair;
}

export class Organisation {
  readonly random: Random;
  readonly root: KeyPair;
  readonly server: KeyPair;

  constructor(seed: string) {
    this.random = seededRandom(seed);
    this.root = generateKeyPair(this.random);
    this.server = generateKeyPair(this.random);
  }

  device(number: number): SealedDevice {
    const identityKeyPair = generateKeyPair(this.random);
    return {
      account: new Uint8Array(16).fill(number),
      deviceId: 1,
      registrationId: 100 + number,
      identityKeyPair,
    };
  }

  serverCertificate(): Uint8Array<ArrayBuffer> {
    const { random, root, server } = this;
    const serverKey = server.publicKey;
    return createServerCertificate({ keyId: 7, serverKey, trustRootPrivateKey: root.privateKey, random });
  }

  certificate(device: SealedDevice, change: Partial<Parameters<typeof createSenderCertificate>[0]> = {}) {
    return createSenderCertificate({
      account: device.account,
      deviceId: device.deviceId,
      identityKey: device.identityKeyPair.publicKey,
      expiresAtMs: EXPIRES_AT_MS,
      serverCertificate: this.serverCertificate(),
      serverPrivateKey: this.server.privateKey,
      random: this.random,
      ...change,
    });
  }

  content(sender: SealedDevice, change: Partial<SealedContent> = {}): SealedContent {
    const senderCertificate = this.certificate(sender);
    return {
      type: 2,
      senderCertificate,
      message: toUtf8("ciphertext of a session"),
      contentHint: 0,
      ...change,
    };
  }

  /** Version 1. */
  sealed(sender: SealedDevice, recipient: SealedDevice, content = this.content(sender)) {
    const { identityKeyPair } = sender;
    const recipientIdentityKey = recipient.identityKeyPair.publicKey;
    return sealForOne({ content, identityKeyPair, recipientIdentityKey, random: this.random });
  }

  /** Version 2, as uploaded. */
  sealedForMany(
    sender: SealedDevice,
    recipients: readonly SealedDevice[],
    content = this.content(sender),
  ): Uint8Array<ArrayBuffer> {
    return sealForMany({
      content,
      identityKeyPair: sender.identityKeyPair,
      recipients: recipients.map((device) => ({
        account: device.account,
        identityKey: device.identityKeyPair.publicKey,
        devices: [{ deviceId: device.deviceId, registrationId: device.registrationId }],
      })),
      random: this.random,
    });
  }

  open(
    bytes: Uint8Array,
    local: SealedDevice,
    change: Partial<Parameters<typeof openSealedMessage>[0]> = {},
  ): OpenedSealedMessage {
    return openSealedMessage({ bytes, local, trustRoots: [this.root.publicKey], nowMs: 0, ...change });
  }
}

/** An organisation with two devices of different accounts. */
export function organisation(seed: string) {
  const org = new Organisation(seed);
  return { org, alice: org.device(1), bob: org.device(2) };
}
