import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import type { SessionResponse } from "@cloister/contracts/http";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519Sign, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { TestIdentity } from "@cloister/testkit/relay-device";

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
    const slot = toBase64Url(systemRandom(32));
    const token = systemRandom(32);
    const tokenHash = toBase64Url(sha256(token));
    await this.request("PUT", `/v1/provisioning/${slot}`, { box: "AAAA", tokenHash });
    const registration = device.identity.registration(device.authSeed);
    const body = { registration, token: toBase64Url(token) };
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
