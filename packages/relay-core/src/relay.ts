import { equalBytes } from "@cloister/bytes";
import type { OrganisationInfo, RecoverAccountRequest } from "@cloister/contracts/http";
import { type AccountId, addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import type { Random } from "@cloister/crypto";
import { type AccountsContext, accountRecord, created } from "./accounts.ts";
import { Blobs } from "./blobs.ts";
import { Connection, type ConnectionContext, type Transport } from "./connection.ts";
import { DevicePermits } from "./device-permits.ts";
import { RelayError } from "./errors.ts";
import { defaultLimits, type RelayLimits } from "./limits.ts";
import { Mailbox } from "./mailbox.ts";
import { OpenSlots } from "./open-slots.ts";
import type { Clock, RelayStore } from "./ports.ts";
import { PreKeys } from "./prekeys.ts";
import { verifyRecovery } from "./recovery.ts";
import { Retention, sweep } from "./retention.ts";
import { SealedDoor } from "./sealed-door.ts";
import { type Session, Sessions } from "./sessions.ts";

/** What a relay is made of. */
export interface RelayInput {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly organisation: OrganisationInfo;
  readonly limits?: Partial<RelayLimits>;
  /** A bug or a failing store inside a connection. */
  readonly onFault?: (error: RelayError) => void;
}

/** The relay without its sockets: rules over a store, and the connections that are open now. */
export class Relay {
  readonly accounts: AccountsContext;
  readonly sessions: Sessions;
  readonly preKeys: PreKeys;
  readonly blobs: Blobs;
  readonly sealedDoor: SealedDoor;
  readonly #retention: Retention;
  readonly #connectionContext: ConnectionContext;
  readonly #connections = new Map<string, Connection>();

  /** Reads the epoch and the retention clock from the store. */
  static async open(input: RelayInput): Promise<Relay> {
    return new Relay(input, await input.store.state());
  }

  private constructor(input: RelayInput, state: { readonly epoch: number; readonly ageMs: number }) {
    const { store, clock, random, organisation } = input;
    const limits = { ...defaultLimits, ...input.limits };
    const permits = new DevicePermits(clock, limits.boxMs);
    const slots = new OpenSlots(clock, limits.boxMs);
    this.accounts = { store, clock, random, organisation, limits, permits, slots };
    this.sessions = new Sessions({ store, clock, random, limits });
    this.preKeys = new PreKeys({ store, clock, limits, onLow: (address) => this.#preKeysLow(address) });
    this.#retention = new Retention(clock, state.ageMs);
    this.blobs = new Blobs({ store, clock, limits, retention: this.#retention });
    const mailbox = new Mailbox({
      store,
      clock,
      limits,
      retention: this.#retention,
      onStored: (to, envelope) => this.#connections.get(addressKey(to))?.offer(envelope),
    });
    this.sealedDoor = new SealedDoor({ store, mailbox, clock, random, limits });
    this.#connectionContext = {
      epoch: state.epoch,
      sessions: this.sessions,
      mailbox,
      preKeys: this.preKeys,
      read: (page) => store.read(page),
      acknowledge: (address, seq) => store.acknowledge(address, seq),
      attach: (connection) => this.#attach(connection),
      detach: (connection) => this.#detach(connection),
      onFault: input.onFault ?? (() => undefined),
    };
  }

  /** A new connection; it must say hello before anything else. */
  connect(transport: Transport): Connection {
    return new Connection(this.#connectionContext, transport);
  }

  /**
   * Ends a device: its keys, mailbox, sessions and its open connection.
   * @throws RelayError `NOT_FOUND`
   */
  async revokeDevice(address: DeviceAddress): Promise<void> {
    if (!(await this.accounts.store.revokeDevice(address))) throw new RelayError("NOT_FOUND");
    // It may have prepared its return.
    this.accounts.permits.withdraw(address.account);
    this.#connections.get(addressKey(address))?.end("DEVICE_REVOKED");
  }

  /**
   * Puts a device in the place of all others of its account, whose connections end.
   * @throws RelayError `FORBIDDEN`, `ACCOUNT_UNKNOWN`, `DEVICE_LIMIT`, `DEVICE_REVOKED`, `REQUEST_INVALID`
   */
  async recoverAccount(account: AccountId, request: RecoverAccountRequest): Promise<DeviceAddress> {
    const { store, permits } = this.accounts;
    const input = await verifyRecovery(store, account, request);
    const { devices: before } = await accountRecord(store, account);
    const address = created(await store.replaceDevices(input));
    permits.withdraw(account);
    const { devices: after } = await accountRecord(store, account);
    for (const { device } of before) {
      if (after.some((current) => current.device === device)) continue;
      this.#connections.get(addressKey({ account, device }))?.end("DEVICE_REVOKED");
    }
    return address;
  }

  /** Ends one session and the connection that it opened. */
  async signOut(session: Session): Promise<void> {
    await this.accounts.store.deleteSession(session.tokenHash);
    const connection = this.#connections.get(addressKey(session.address));
    if (connection?.session && equalBytes(connection.session.tokenHash, session.tokenHash)) {
      connection.end("UNAUTHENTICATED");
    }
  }

  /** Ends connections whose session is over. Call it every half minute or so. */
  endExpiredSessions(): void {
    for (const connection of this.#connections.values()) {
      if (connection.session && this.sessions.isOver(connection.session)) connection.end("UNAUTHENTICATED");
    }
  }

  /** Forgets what is over and keeps the retention clock. Call it every few minutes. */
  sweep(): Promise<void> {
    const { store, clock, limits } = this.accounts;
    return sweep({ store, clock, retention: this.#retention, limits });
  }

  #attach(connection: Connection): void {
    if (!connection.session) return;
    const key = addressKey(connection.session.address);
    const before = this.#connections.get(key);
    this.#connections.set(key, connection);
    before?.end("DISPLACED");
  }

  #detach(connection: Connection): void {
    if (!connection.session) return;
    const key = addressKey(connection.session.address);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  #preKeysLow(address: DeviceAddress): void {
    this.#connections.get(addressKey(address))?.preKeysLow();
  }
}
