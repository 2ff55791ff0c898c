import { concatBytes, fromBase64Url, toBase64Url } from "@cloister/bytes";
import type { DeviceRegistration, SessionResponse } from "@cloister/contracts/http";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { deviceProofMessage, sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519KeyPair, ed25519Sign, x25519KeyPair, xeddsaSign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";

const kemKeyBytesCount = 1568;

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

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** One device over real HTTP. */
export class TestDevice {
  readonly url: string;
  readonly identity: TestIdentity;
  readonly authSeed: Uint8Array;
  address: DeviceAddress = { account: "", device: 0 };
  token = "";

  constructor(url: string, identity = new TestIdentity(), authSeed: Uint8Array = systemRandom(32)) {
    this.url = url;
    this.identity = identity;
    this.authSeed = authSeed;
  }

  /** The same device at a relay that came back under another address. */
  at(url: string): TestDevice {
    const moved = new TestDevice(url, this.identity, this.authSeed);
    moved.address = this.address;
    moved.token = this.token;
    return moved;
  }

  /** A new account with an open session. */
  static async signUp(url: string, input: { credential?: string; oneTimeCount?: number } = {}) {
    const device = new TestDevice(url);
    const registration = device.identity.registration(device.authSeed, input.oneTimeCount);
    const { credential } = input;
    const body = { registration, ...(credential !== undefined && { credential }) };
    device.address = (await device.request("POST", "/v1/accounts", body)).json as DeviceAddress;
    await device.openSession();
    return device;
  }

  /** Another device of the same person, with an open session. */
  async addDevice(): Promise<TestDevice> {
    const device = new TestDevice(this.url, this.identity);
    const body = { registration: device.identity.registration(device.authSeed) };
    const path = `/v1/accounts/${this.address.account}/devices`;
    device.address = (await device.request("POST", path, body)).json as DeviceAddress;
    await device.openSession();
    return device;
  }

  async openSession(): Promise<SessionResponse> {
    const { json } = await this.request("POST", "/v1/challenges", this.address);
    const { challenge } = json as { challenge: string };
    const opened = await this.request("POST", "/v1/sessions", this.sessionRequest(challenge));
    const session = opened.json as SessionResponse;
    this.token = session.token;
    return session;
  }

  sessionRequest(challenge: string) {
    const message = sessionProofMessage(this.address, fromBase64Url(challenge));
    return { ...this.address, challenge, signature: toBase64Url(ed25519Sign(this.authSeed, message)) };
  }

  async request(method: string, path: string, body?: unknown): Promise<TestAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token !== "" && { Authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
  }
}

function typed(type: number, key: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), key);
}

function ecPublicKey(): Uint8Array {
  return typed(0x05, x25519KeyPair(systemRandom).publicKey);
}
