/** A conversation with a relay that stamps and a desk that takes reports, for tests, from a seed. */
import { toUtf8 } from "@cloister/bytes";
import {
  type Desk,
  frank,
  frankSealed,
  openFranked,
  openSealedFranked,
  type Report,
  stampCommitment,
} from "../franking/index.ts";
import { generateKeyPair, type KeyPair } from "../keys.ts";
import { Organisation, type SealedDevice } from "./sealed.ts";

export const NOW_MS = 500_000_000;

export class Franking {
  readonly org: Organisation;
  readonly alice: SealedDevice;
  readonly bob: SealedDevice;
  readonly stampKey: { readonly id: number; readonly secret: Uint8Array };
  readonly deskKeyPair: KeyPair;

  constructor(seed: string) {
    this.org = new Organisation(seed);
    this.alice = this.org.device(1);
    this.bob = this.org.device(2);
    this.stampKey = { id: 3, secret: this.org.random(32) };
    this.deskKeyPair = generateKeyPair(this.org.random);
  }

  get desk(): Desk {
    return {
      stampKeys: [{ id: 2, secret: new Uint8Array(32) }, this.stampKey],
      keyPair: this.deskKeyPair,
      trustRoots: [this.org.root.publicKey],
    };
  }

  /** Alice writes, the relay stamps, Bob opens: what he could report. */
  known(text: string, sender = this.alice.account): Report {
    const { plaintext, commitment } = frank(toUtf8(text), this.org.random);
    const recipient = this.bob.account;
    const stamp = stampCommitment({ commitment, recipient, sender }, { key: this.stampKey, nowMs: NOW_MS });
    return {
      ...openFranked(plaintext, commitment),
      recipient,
      stamp,
      sender: { kind: "known", account: sender },
    };
  }

  franked(text: string, change: Partial<Parameters<typeof frankSealed>[0]> = {}) {
    const { bob, alice, org, deskKeyPair } = this;
    return frankSealed({
      content: toUtf8(text),
      identityKeyPair: alice.identityKeyPair,
      recipient: { account: bob.account, identityKey: bob.identityKeyPair.publicKey },
      deskKey: deskKeyPair.publicKey,
      random: org.random,
      ...change,
    });
  }

  opened(
    franked: { readonly plaintext: Uint8Array; readonly commitment: Uint8Array },
    change: Partial<Parameters<typeof openSealedFranked>[0]> = {},
  ) {
    const senderKey = this.alice.identityKeyPair.publicKey;
    const deskKey = this.deskKeyPair.publicKey;
    return openSealedFranked({ ...franked, senderKey, local: this.bob, deskKey, ...change });
  }

  /** The same by sealed sender: the relay stamps without knowing who wrote. */
  sealed(text: string): Report {
    const franked = this.franked(text);
    const { proof, ...opened } = this.opened(franked);
    const { commitment } = franked;
    const recipient = this.bob.account;
    const stamp = stampCommitment({ commitment, recipient }, { key: this.stampKey, nowMs: NOW_MS });
    const certificate = this.org.certificate(this.alice);
    const recipientKey = this.bob.identityKeyPair.publicKey;
    return { ...opened, recipient, stamp, sender: { kind: "sealed", certificate, proof, recipientKey } };
  }
}
