import { toHex } from "@cloister/bytes";
import { readProto } from "@cloister/codec";
import { type Ciphertext, openEnvelope, openSealedEnvelope } from "@cloister/contracts/envelope";
import type { OutgoingEnvelope } from "@cloister/contracts/frames";
import { type AccountId, type DeviceAddress, idToBytes } from "@cloister/contracts/ids";
import { sha256 } from "@cloister/crypto";
import type { IdentityKeyPair } from "@cloister/protocol";
import { openSealedMessage } from "@cloister/protocol/sealed-sender";
import type { PreKeyCountsRecord, SendRequest, SendResult } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import type { TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { keysTable, only } from "../records.ts";

const macBytesCount = 8;
const plenty: PreKeyCountsRecord = { oneTimeCount: 100, kemCount: 100 };

/**
 * Looks at every envelope that the relay is ever given. A message key is named by its ratchet key, which belongs
 * to one session only, and its counter: each may encrypt one message. The same message again is no second use.
 */
export class AuditingStore extends MemoryRelayStore {
  readonly #messages = new Map<string, string>();
  /** Of the sessions that first messages opened. */
  readonly baseKeys = new Set<string>();
  reusedCount = 0;
  envelopesCount = 0;
  sealedCount = 0;
  readonly #readers = new Map<AccountId, IdentityKeyPair>();
  #trustRoots: readonly Uint8Array[] = [];
  /** What a hostile relay does to a payload, in place: some go to their readers without being read back. */
  onTheWay: (payload: Uint8Array) => void = () => undefined;

  override append(send: SendRequest): Promise<SendResult> {
    for (const envelope of send.envelopes) {
      this.#look("from" in send ? openEnvelope(envelope.payload) : this.#unseal(envelope));
      this.onTheWay(envelope.payload);
    }
    return super.append(send);
  }

  /** Call for everybody who may get sealed mail: what is in it cannot be audited without their keys. */
  watch({ organisation }: TestWorld, ...devices: readonly TestDevice[]): void {
    this.#trustRoots = [organisation.senderIssuer.trustRoot];
    for (const { account, disk } of devices) {
      const keys = keysTable.decode(disk.collections.get("keys")?.get(only) ?? new Uint8Array());
      this.#readers.set(account, keys.identityKeyPair);
    }
  }

  /** Has always enough prekeys: making more takes most of a test's time. */
  hasPlenty = false;

  override async takePreKeys(input: Parameters<MemoryRelayStore["takePreKeys"]>[0]) {
    const taken = await super.takePreKeys(input);
    if (!this.hasPlenty) return taken;
    return taken.map((bundle) => Object.assign(bundle, { left: plenty }));
  }

  override async countPreKeys(address: DeviceAddress): Promise<PreKeyCountsRecord> {
    return this.hasPlenty ? plenty : super.countPreKeys(address);
  }

  #unseal({ account, device, payload }: OutgoingEnvelope): Ciphertext {
    const identityKeyPair = this.#readers.get(account);
    if (!identityKeyPair) throw new Error("somebody got sealed mail whom the audit does not watch");
    const { type, message } = openSealedMessage({
      bytes: openSealedEnvelope(payload),
      local: { identityKeyPair, account: idToBytes(account), deviceId: device },
      trustRoots: this.#trustRoots,
      nowMs: 0,
    });
    if (type !== 2) throw new Error("only messages of a session are sealed");
    this.sealedCount += 1;
    return { type, bytes: message };
  }

  #look({ type, bytes }: Ciphertext): void {
    const message = type === 3 ? this.#inside(bytes) : bytes;
    const { ratchetKey, counter } = readProto(message.subarray(1, -macBytesCount), {
      ratchetKey: [1, "bytes"],
      counter: [2, "uint32"],
    });
    const key = `${toHex(ratchetKey ?? new Uint8Array())}.${counter}`;
    const digest = toHex(sha256(message));
    const before = this.#messages.get(key);
    if (before !== undefined && before !== digest) this.reusedCount += 1;
    this.#messages.set(key, digest);
    this.envelopesCount += 1;
  }

  #inside(bytes: Uint8Array): Uint8Array {
    const first = readProto(bytes.subarray(1), { baseKey: [2, "bytes"], message: [4, "bytes"] });
    this.baseKeys.add(toHex(first.baseKey ?? new Uint8Array()));
    return first.message ?? new Uint8Array();
  }
}
