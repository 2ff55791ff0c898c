import type { AnswerQuestion, ClientInput, CloisterClient } from "@cloister/client";
import { createClient } from "@cloister/client";
import type { Role } from "@cloister/contracts/ids";
import type { Random } from "@cloister/crypto";
import type { RelayStore } from "@cloister/relay-core";
import { MemoryClientStore, MemoryDisk } from "./client-store.ts";
import { MemoryRelayStore } from "./relay-store/memory-relay-store.ts";
import { TestClock } from "./test-clock.ts";
import { type TestLine, TestNetwork } from "./test-network.ts";
import { seededRandom } from "./test-random.ts";
import { TestOrganisation } from "./test-server.ts";

/** One organisation with its relay and log, a network that can fail, and devices whose processes can die. */
export class TestWorld {
  readonly clock: TestClock;
  readonly random: Random;
  readonly organisation: TestOrganisation;
  readonly network: TestNetwork;

  /** The seed decides everything that is random. */
  static async create(seed: number, store: RelayStore = new MemoryRelayStore()): Promise<TestWorld> {
    const clock = new TestClock();
    const random = seededRandom(seed);
    return new TestWorld(clock, random, await TestOrganisation.create({ clock, random, store }));
  }

  private constructor(clock: TestClock, random: Random, organisation: TestOrganisation) {
    this.clock = clock;
    this.random = random;
    this.organisation = organisation;
    this.network = new TestNetwork(clock, random, organisation);
  }

  /** A device that has started and knows nobody. */
  async device(answer?: AnswerQuestion, parts: DeviceParts = {}): Promise<TestDevice> {
    const device = new TestDevice(this, answer, parts);
    await device.start();
    return device;
  }

  /** A person or agent who signed up and is connected. */
  async join(name: string, role: Role = "patient", answer?: AnswerQuestion): Promise<TestDevice> {
    const device = await this.device(answer);
    const invitationCode = role === "patient" ? undefined : this.organisation.invite(role, name);
    await this.settle(
      device.client.signUp({ displayName: name, ...(invitationCode !== undefined && { invitationCode }) }),
    );
    device.client.connect();
    await this.settle(device.client.settled(60_000));
    return device;
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.clock.settle(promise);
  }

  /** Lets time pass until nothing is under way between these devices. */
  async quiet(...devices: readonly TestDevice[]): Promise<void> {
    // One device's outbox fills another's mailbox: quiet means quiet twice in a row.
    for (let round = 0; round < 2; round += 1) {
      for (const device of devices) await this.settle(device.client.settled(600_000));
      await this.clock.pass(50);
    }
  }
}

/** What a device is made of besides what the world gives it. */
export type DeviceParts = Pick<ClientInput, "anchors" | "attest" | "followConsents">;

/** One device: a disk that stays, and a process on it that can be killed at any time. */
export class TestDevice {
  readonly disk = new MemoryDisk();
  readonly #parts: DeviceParts;
  readonly #world: TestWorld;
  readonly #answer: AnswerQuestion | undefined;
  #account: string | undefined;
  #process:
    | { readonly client: CloisterClient; readonly store: MemoryClientStore; readonly line: TestLine }
    | undefined;

  constructor(world: TestWorld, answer: AnswerQuestion | undefined, parts: DeviceParts) {
    this.#world = world;
    this.#answer = answer;
    this.#parts = parts;
  }

  get client(): CloisterClient {
    return this.#running().client;
  }

  get line(): TestLine {
    return this.#running().line;
  }

  get account(): string {
    this.#account ??= this.client.self()?.account;
    if (this.#account === undefined) throw new Error("this device has no account yet");
    return this.#account;
  }

  async start(): Promise<void> {
    const { clock, random, network, organisation } = this.#world;
    const store = new MemoryClientStore(this.disk);
    const line = network.line();
    const client = await createClient({
      relayUrl: organisation.relayUrl,
      store,
      http: line.http,
      socket: line.socket,
      clock,
      random,
      ...(this.#answer && { answer: this.#answer }),
      ...this.#parts,
    });
    this.#process = { client, store, line };
  }

  /** As `kill -9`: the disk stays as it is, nothing else of the process takes effect any more. */
  async kill(): Promise<void> {
    const { client, store, line } = this.#running();
    this.#account ??= client.self()?.account;
    this.#process = undefined;
    line.isCut = true;
    await store.close();
  }

  /** Kills the process and starts another one on the same disk. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
    if (this.client.self()) this.client.connect();
  }

  #running() {
    if (!this.#process) throw new Error("this device is not running");
    return this.#process;
  }
}
