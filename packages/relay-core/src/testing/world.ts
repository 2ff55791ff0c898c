import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import {
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  type RelayFrame,
} from "@cloister/contracts/frames";
import type { OrganisationInfo } from "@cloister/contracts/http";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { TestIdentity, testOrganisation } from "@cloister/testkit/relay-device";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { createAccount } from "../accounts.ts";
import type { Connection, Transport } from "../connection.ts";
import type { RelayLimits } from "../limits.ts";
import type { RelayStore } from "../ports.ts";
import { Relay } from "../relay.ts";

/** Time that moves when a test says so. The wall clock can be set apart from the other. */
export class TestClock {
  wallMs = 1_800_000_000_000;
  runningMs = 5000;

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.runningMs;
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.runningMs += ms;
  }
}

export interface TestPerson {
  readonly identity: TestIdentity;
  readonly authSeed: Uint8Array;
  readonly address: DeviceAddress;
}

/** A relay over a store in memory, and people at it. */
export class TestWorld {
  readonly relay: Relay;
  readonly clock: TestClock;
  readonly store: RelayStore;

  private constructor(relay: Relay, clock: TestClock, store: RelayStore) {
    this.relay = relay;
    this.clock = clock;
    this.store = store;
  }

  static async open(
    options: {
      readonly limits?: Partial<RelayLimits>;
      readonly organisation?: Partial<OrganisationInfo>;
      readonly store?: RelayStore;
    } = {},
  ): Promise<TestWorld> {
    const clock = new TestClock();
    const store = options.store ?? new MemoryRelayStore();
    const relay = await Relay.open({
      store,
      clock,
      random: systemRandom,
      organisation: { ...testOrganisation, ...options.organisation },
      ...(options.limits && { limits: options.limits }),
    });
    return new TestWorld(relay, clock, store);
  }

  async person(oneTimeCount = 0): Promise<TestPerson> {
    const [identity, authSeed] = [new TestIdentity(), systemRandom(32)];
    const registration = identity.registration(authSeed, oneTimeCount);
    return { identity, authSeed, address: await createAccount(this.relay.accounts, { registration }) };
  }

  async token(person: TestPerson): Promise<string> {
    const { challenge } = await this.relay.sessions.challenge(person.address);
    return (await this.relay.sessions.open(proof(person, challenge))).token;
  }

  /** A connection that is past `hello`. */
  async connect(person: TestPerson): Promise<TestLine> {
    const line = new TestLine(this.relay);
    line.say({ type: "hello", token: await this.token(person) });
    await line.settle();
    return line;
  }
}

/** What a device posts to open a session. */
export function proof({ address, authSeed }: TestPerson, challenge: string) {
  const message = sessionProofMessage(address, fromBase64Url(challenge));
  return { ...address, challenge, signature: toBase64Url(ed25519Sign(authSeed, message)) };
}

/** A transport that a test looks into. */
export class TestLine implements Transport {
  readonly connection: Connection;
  readonly heard: RelayFrame[] = [];
  buffered = 0;
  isPaused = false;
  end: "open" | "closed" | "terminated" = "open";

  constructor(relay: Relay) {
    this.connection = relay.connect(this);
  }

  say(frame: ClientFrame): void {
    this.connection.receive(encodeClientFrame(frame));
  }

  /** Frames of one type. */
  all<Type extends RelayFrame["type"]>(type: Type): readonly Extract<RelayFrame, { type: Type }>[] {
    return this.heard.filter((frame) => frame.type === type) as Extract<RelayFrame, { type: Type }>[];
  }

  /** Lets everything that needs no time happen. */
  async settle(): Promise<void> {
    for (let n = 0; n < 200; n += 1) await Promise.resolve();
  }

  send(frame: Uint8Array): void {
    this.heard.push(decodeRelayFrame(frame));
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    if (this.end === "open") this.end = "closed";
  }

  terminate(): void {
    this.end = "terminated";
  }
}
