import type { EnvelopeOrigin, OutgoingEnvelope } from "@cloister/contracts/frames";
import { type AccountId, addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { Buckets } from "./buckets.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { Clock, RelayStore, SendResult, StoredEnvelope } from "./ports.ts";
import type { Retention } from "./retention.ts";

/** One sender may fill a quarter of a mailbox, so that three others would have to help it shut anybody out. */
const senderShare = 1 / 4;

/** Told to a device that an envelope for it is durable now. */
export type OnStored = (to: DeviceAddress, envelope: StoredEnvelope) => void;

/** Takes SENDs: all of one or nothing, durable before it resolves. */
export class Mailbox {
  readonly #context: {
    readonly store: RelayStore;
    readonly limits: RelayLimits;
    readonly retention: Retention;
    readonly onStored: OnStored;
  };
  readonly #clock: Clock;
  readonly #rate: Buckets;
  readonly #sealedRate: Buckets;
  #pendingBytes = 0;

  constructor(context: {
    readonly store: RelayStore;
    readonly clock: Clock;
    readonly limits: RelayLimits;
    readonly retention: Retention;
    readonly onStored: OnStored;
  }) {
    this.#context = context;
    this.#clock = context.clock;
    this.#rate = new Buckets(context.limits.sendRate, context.clock);
    this.#sealedRate = new Buckets(context.limits.sealedRate, context.clock);
  }

  /**
   * Stores the envelopes. The same ids again are accepted and change nothing. The store is called before the
   * first await, so that a device's SENDs keep their order.
   * @throws RelayError `REQUEST_INVALID`, `RATE_LIMITED`, `DEVICES_CHANGED`, `ACCOUNT_UNKNOWN`,
   * `MAILBOX_FULL`, `UNAVAILABLE`, `DEVICE_REVOKED`
   */
  async send(from: DeviceAddress, envelopes: readonly OutgoingEnvelope[]): Promise<void> {
    requireOnePerDevice(envelopes, from);
    this.#rate.spend(addressKey(from));
    await this.#keep({ from }, envelopes);
  }

  /**
   * The same for envelopes to one account that hide their sender; whoever sends them may.
   * @throws RelayError `REQUEST_INVALID`, `RATE_LIMITED`, `DEVICES_CHANGED`, `MAILBOX_FULL`, `UNAVAILABLE`
   */
  async sendSealed(account: AccountId, envelopes: readonly OutgoingEnvelope[]): Promise<void> {
    requireOnePerDevice(envelopes);
    this.#sealedRate.spend(account);
    await this.#keep({ sealedAtMs: this.#clock.nowMs() }, envelopes);
  }

  async #keep(origin: EnvelopeOrigin, envelopes: readonly OutgoingEnvelope[]): Promise<void> {
    const seqs = stored(await this.#append(origin, envelopes));
    for (const [index, envelope] of envelopes.entries()) {
      const { id, payload } = envelope;
      const seq = seqs[index] ?? 0;
      if (seq > 0) this.#context.onStored(envelope, { ...origin, seq, id, payload });
    }
  }

  /** While the disk is slow, what waits for it stays within a bound. */
  async #append(origin: EnvelopeOrigin, envelopes: readonly OutgoingEnvelope[]): Promise<SendResult> {
    const { store, limits, retention } = this.#context;
    const bytesCount = payloadBytes(envelopes);
    if (this.#pendingBytes + bytesCount > limits.pendingMaxBytes) throw new RelayError("UNAVAILABLE");
    this.#pendingBytes += bytesCount;
    try {
      return await store.append({
        ...origin,
        envelopes,
        ageMs: retention.ageMs(),
        maxQueuedCount: limits.mailboxMaxCount,
        maxQueuedBytes: limits.mailboxMaxBytes,
        maxPerSenderCount: Math.ceil(limits.mailboxMaxCount * senderShare),
        maxPerSenderBytes: Math.ceil(limits.mailboxMaxBytes * senderShare),
      });
    } finally {
      this.#pendingBytes -= bytesCount;
    }
  }
}

/** Bytes of all payloads together. */
export function payloadBytes(envelopes: readonly OutgoingEnvelope[]): number {
  let sum = 0;
  for (const { payload } of envelopes) sum += payload.length;
  return sum;
}

function requireOnePerDevice(envelopes: readonly OutgoingEnvelope[], from?: DeviceAddress): void {
  const targets = new Set(envelopes.map(addressKey));
  const isForItself = from !== undefined && targets.has(addressKey(from));
  if (targets.size !== envelopes.length || envelopes.length === 0 || isForItself) {
    throw new RelayError("REQUEST_INVALID", {
      message: "a SEND carries one envelope for each device, and none for the sender's own",
    });
  }
}

function stored(result: SendResult): readonly number[] {
  switch (result.outcome) {
    case "stored":
      return result.seqs;
    case "senderRevoked":
      throw new RelayError("DEVICE_REVOKED");
    case "accountUnknown":
      throw new RelayError("ACCOUNT_UNKNOWN", { account: result.account });
    case "devicesChanged":
      throw new RelayError("DEVICES_CHANGED", { account: result.account });
    case "mailboxFull":
      throw new RelayError("MAILBOX_FULL", { account: result.account });
  }
}
