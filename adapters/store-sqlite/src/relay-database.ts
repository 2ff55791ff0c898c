import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { AccountId, DeviceAddress, DeviceId } from "@cloister/contracts/ids";
import type { PreKeyCountsRecord, PreKeyUpload, RelayStore, TakenBundle } from "@cloister/relay-core";
import { RelayAccountTables } from "./relay-accounts.ts";
import { RelayBlobTables } from "./relay-blobs.ts";
import { RelayBoxTable } from "./relay-boxes.ts";
import { RelayMailboxTables } from "./relay-mailbox.ts";
import { RelayPreKeyTables } from "./relay-prekeys.ts";
import { RelayRecoveryTable } from "./relay-recovery.ts";
import { Room, type RoomOptions } from "./relay-room.ts";
import { openDatabase } from "./relay-schema.ts";

/** The store's calls as they run in the worker: synchronous, inside a transaction of the caller. */
type Calls = {
  readonly [Name in Exclude<keyof RelayStore, "close">]: (
    ...input: Parameters<RelayStore[Name]>
  ) => Awaited<ReturnType<RelayStore[Name]>>;
};

export type CallName = keyof Calls;

/** One call on its way to the worker. */
export interface Call {
  readonly name: CallName;
  readonly input: readonly unknown[];
}

export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: "UNAVAILABLE" | "INTERNAL"; readonly reason: string };

/** Calls that may be refused while room is short; everything else frees room or is needed to do so. */
const growing: ReadonlySet<CallName> = new Set([
  "createAccount",
  "addDevice",
  "setAccessKeyHash",
  "addPreKeys",
  "append",
  "putBox",
  "putPiece",
  "setRecovery",
  "replaceDevices",
]);

const fullCode = 13;
/** SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB: nothing that this process says can be relied on. */
const fatalCodes: ReadonlySet<number> = new Set([10, 11, 26]);

/** The disk or the file failed: stop acknowledging, exit, recover on start. */
class FatalStoreError extends Error {
  override readonly name = "FatalStoreError";
}

/** Runs batches of calls, each batch one transaction that is durable when `run` returns. */
export class RelayDatabase {
  readonly #database: DatabaseSync;
  readonly #room: Room;
  readonly #accounts: RelayAccountTables;
  readonly #calls: Calls;

  constructor(options: RoomOptions) {
    this.#database = openDatabase(join(options.dir, "relay.db"), options.maxBytes);
    this.#room = new Room(options, this.#database);
    const preKeys = new RelayPreKeyTables(this.#database);
    this.#accounts = new RelayAccountTables(this.#database, preKeys);
    this.#calls = calls(this.#database, { preKeys, accounts: this.#accounts });
  }

  /** @throws FatalStoreError after which the process must end */
  run(batch: readonly Call[]): Reply[] {
    const hasRoom = !batch.some(({ name }) => growing.has(name)) || this.#room.hasRoom();
    const admitted = hasRoom ? batch : batch.filter(({ name }) => !growing.has(name));
    const replies = this.#runTogether(admitted) ?? admitted.map((call) => this.#runApart(call));
    if (hasRoom) return replies;
    let next = 0;
    return batch.map(({ name }) => (growing.has(name) ? noRoom : (replies[next++] ?? noRoom)));
  }

  /** Takes what is in the journal into the file. */
  close(): void {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#database.close();
  }

  /** The whole batch in one commit; undefined when any call failed and everything was rolled back. */
  #runTogether(batch: readonly Call[]): Reply[] | undefined {
    try {
      return this.#transaction(() => batch.map((call) => this.#call(call)));
    } catch (error) {
      throwIfFatal(error);
      return undefined;
    }
  }

  /** A commit of its own, so that one call's failure is nobody else's. */
  #runApart(call: Call): Reply {
    try {
      return this.#transaction(() => this.#call(call));
    } catch (error) {
      throwIfFatal(error);
      if (primaryCode(error) !== fullCode) return { ok: false, code: "INTERNAL", reason: describe(error) };
      if (growing.has(call.name)) return noRoom;
    }
    this.#room.release();
    try {
      return this.#transaction(() => this.#call(call));
    } catch (error) {
      throwIfFatal(error);
      return noRoom;
    }
  }

  #call({ name, input }: Call): Reply {
    const run = this.#calls[name] as (...input: readonly unknown[]) => unknown;
    return { ok: true, value: run(...input) };
  }

  #transaction<T>(body: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const value = body();
      this.#database.exec("COMMIT");
      return value;
    } catch (error) {
      this.#accounts.forget();
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

const noRoom: Reply = { ok: false, code: "UNAVAILABLE", reason: "no room left on disk" };

function calls(database: DatabaseSync, { accounts, preKeys }: KeyTables): Calls {
  const mailbox = new RelayMailboxTables(database, accounts);
  const boxes = new RelayBoxTable(database, accounts);
  const blobs = new RelayBlobTables(database);
  const recovery = new RelayRecoveryTable(database, { accounts, blobs });
  const state = database.prepare("SELECT epoch, age_ms AS ageMs FROM meta");
  const keepAge = database.prepare("UPDATE meta SET age_ms = max(age_ms, ?)");
  const setEpoch = database.prepare("UPDATE meta SET epoch = ?");

  return {
    createAccount: (input) => accounts.createAccount(input),
    addDevice: (input) => accounts.addDevice(input),
    revokeDevice: (address) => {
      recovery.revoked(address);
      return accounts.revokeDevice(address);
    },
    account: (account) => accounts.account(account),
    device: (address) => accounts.device(address),
    directory: () => accounts.directory(),
    setAccessKeyHash: (account, hash) => accounts.setAccessKeyHash(account, hash),
    accessKeyHash: (account) => accounts.accessKeyHash(account),
    putSession: (session) => accounts.putSession(session),
    session: (tokenHash) => accounts.session(tokenHash),
    deleteSession: (tokenHash) => accounts.deleteSession(tokenHash),
    addPreKeys: (input) => addPreKeys({ accounts, preKeys }, input),
    takePreKeys: (input) => takePreKeys({ accounts, preKeys }, input),
    countPreKeys: (address) => preKeys.count(accounts.deviceNo(address) ?? 0),
    append: (send) => mailbox.append(send),
    read: (page) => mailbox.read(page),
    acknowledge: (address, seq) => mailbox.acknowledge(address, seq),
    putBox: (input) => boxes.put(input),
    takeBox: (slot, nowMs) => boxes.take(slot, nowMs),
    putPiece: (input) => blobs.put(input),
    piece: (blob, number) => blobs.piece(blob, number),
    deleteBlob: (account, blob) => blobs.delete(account, blob),
    setRecovery: (input) => recovery.set(input),
    recovery: (key) => recovery.find(key),
    replaceDevices: (input) => {
      if (!recovery.opens(input.recoveryKey, input.account)) return { outcome: "recoveryUnknown" };
      const result = accounts.replaceDevices(input);
      if (result.outcome === "created") recovery.handOver(input.recoveryKey, result.address);
      return result;
    },
    sweep: (input) => {
      keepAge.run(input.ageMs);
      accounts.deleteSessionsBefore(input.nowMs);
      boxes.deleteBefore(input.nowMs);
      const isMore = blobs.sweep(input);
      return mailbox.sweep(input) || isMore;
    },
    state: () => ({ ...(state.get() as { epoch: number; ageMs: number }) }),
    markRestored: (epoch) => {
      setEpoch.run(epoch);
      preKeys.voidOneTime();
      accounts.deleteSessionsBefore(Number.MAX_SAFE_INTEGER);
    },
  };
}

interface KeyTables {
  readonly accounts: RelayAccountTables;
  readonly preKeys: RelayPreKeyTables;
}

function addPreKeys(
  { accounts, preKeys }: KeyTables,
  input: { readonly address: DeviceAddress; readonly keys: PreKeyUpload; readonly maxEachCount: number },
): PreKeyCountsRecord | undefined {
  const no = accounts.deviceNo(input.address);
  if (no === undefined || !preKeys.addWithin(no, input.keys, input.maxEachCount)) return undefined;
  return preKeys.count(no);
}

function takePreKeys(
  { accounts, preKeys }: KeyTables,
  input: {
    readonly account: AccountId;
    readonly devices: readonly { readonly device: DeviceId; readonly oneTime: boolean }[];
  },
): readonly TakenBundle[] {
  const nos = accounts.deviceNos(input.account);
  return input.devices.flatMap(({ device, oneTime }) => {
    const no = nos?.get(device);
    return no === undefined ? [] : [preKeys.take({ no, device, oneTime })];
  });
}

function primaryCode(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

function throwIfFatal(error: unknown): void {
  if (fatalCodes.has(primaryCode(error) ?? 0)) {
    throw new FatalStoreError(describe(error), { cause: error });
  }
}

/** SQLite's own words and this code's, never bound values. */
function describe(error: unknown): string {
  return error instanceof Error ? error.message : "unknown failure";
}
