import { concatBytes, toBase64Url } from "@cloister/bytes";
import { encodeCredential, issueInvitation, redeemInvitation } from "@cloister/contracts/credential";
import type { DeviceRegistration, OrganisationInfo } from "@cloister/contracts/http";
import type { Role } from "@cloister/contracts/ids";
import { deviceProofMessage } from "@cloister/contracts/proofs";
import { ed25519KeyPair, ed25519Sign, x25519KeyPair, xeddsaSign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";

const kemKeyBytesCount = 1568;
const organisationSeed = new Uint8Array(32).fill(7);

/** An organisation whose key the tests have. */
export const testOrganisation: OrganisationInfo = {
  name: "Test clinic",
  organisationKey: toBase64Url(ed25519KeyPair(organisationSeed).publicKey),
  signUp: "open",
  region: "DE",
  log: { url: "http://localhost:8421", vkey: "test" },
};

/** A person's identity key, and how to sign with it. */
export class TestIdentity {
  readonly #privateKey: Uint8Array;
  /** With its type byte. */
  readonly publicKey: Uint8Array;

  constructor() {
    const pair = x25519KeyPair(systemRandom);
    this.#privateKey = pair.privateKey;
    this.publicKey = typed(0x05, pair.publicKey);
  }

  sign(message: Uint8Array): string {
    return toBase64Url(xeddsaSign({ privateKey: this.#privateKey, message, random: systemRandom }));
  }

  preKey(id: number) {
    return { id, publicKey: toBase64Url(ecPublicKey()) };
  }

  signedPreKey(id: number, publicKey = ecPublicKey()) {
    return { id, publicKey: toBase64Url(publicKey), signature: this.sign(publicKey) };
  }

  /** The relay does not look inside a KEM key, so random bytes will do. */
  kemPreKey(id: number) {
    return this.signedPreKey(id, typed(0x08, systemRandom(kemKeyBytesCount)));
  }

  registration(authSeed: Uint8Array, oneTimeCount = 0): DeviceRegistration {
    const { publicKey: authKey } = ed25519KeyPair(authSeed);
    const registrationId = 1 + (authSeed[0] ?? 0);
    const ids = Array.from({ length: oneTimeCount }, (_, at) => at + 1);
    const proof = deviceProofMessage({ authKey, identityKey: this.publicKey, registrationId });
    return {
      identityKey: toBase64Url(this.publicKey),
      registrationId,
      authKey: toBase64Url(authKey),
      signedPreKey: this.signedPreKey(1),
      lastResortKemPreKey: this.kemPreKey(1000),
      oneTimePreKeys: ids.map((id) => this.preKey(id)),
      kemPreKeys: ids.map((id) => this.kemPreKey(id)),
      proof: this.sign(proof),
    };
  }
}

/** What an invited person shows: the organisation's invitation, redeemed for an identity key. */
export function testCredential(input: {
  readonly role: Role;
  readonly identityKey: Uint8Array;
  readonly name?: string;
  readonly expiresAtMs: number;
  readonly invitationId?: Uint8Array;
  /** Default: the test organisation's. */
  readonly seed?: Uint8Array;
}): string {
  const redeemSeed = systemRandom(32);
  const code = issueInvitation({
    invitation: {
      id: input.invitationId ?? systemRandom(16),
      role: input.role,
      name: input.name ?? "",
      redeemKey: ed25519KeyPair(redeemSeed).publicKey,
      expiresAtMs: input.expiresAtMs,
    },
    redeemSeed,
    organisationSeed: input.seed ?? organisationSeed,
    sign: ed25519Sign,
  });
  const credential = redeemInvitation({ code, identityKey: input.identityKey, sign: ed25519Sign });
  return toBase64Url(encodeCredential(credential));
}

function typed(type: number, key: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), key);
}

function ecPublicKey(): Uint8Array {
  return typed(0x05, x25519KeyPair(systemRandom).publicKey);
}
