import { equalBytes } from "@cloister/bytes";
import { isEnvelopeSize } from "@cloister/contracts/envelope";
import type { OpenSealedRequest, SealedRequest } from "@cloister/contracts/http";
import { type AccountId, addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { type Random, sha256 } from "@cloister/crypto";
import { Buckets } from "./buckets.ts";
import { canonicalBytes } from "./canonical.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Clock, RelayStore } from "./ports.ts";

const hashBytesCount = 32;

/** The way in for mail whose sender the relay does not learn: whoever shows an account's access key may use it. */
export class SealedDoor {
  readonly #store: RelayStore;
  readonly #mailbox: Mailbox;
  readonly #openings: Buckets;
  /** The hash of nothing that anybody could show. */
  readonly #noHash: Uint8Array;

  constructor(context: {
    readonly store: RelayStore;
    readonly mailbox: Mailbox;
    readonly clock: Clock;
    readonly random: Random;
    readonly limits: RelayLimits;
  }) {
    this.#store = context.store;
    this.#mailbox = context.mailbox;
    this.#openings = new Buckets(context.limits.uploadRate, context.clock);
    this.#noHash = context.random(hashBytesCount);
  }

  /**
   * Opens the door of the device's account to the key of this hash, and gives the identity key that the device
   * may have certified.
   * @throws RelayError `REQUEST_INVALID`, `UNAUTHENTICATED`, `RATE_LIMITED`
   */
  async open(address: DeviceAddress, { accessKeyHash }: OpenSealedRequest): Promise<Uint8Array> {
    this.#openings.spend(addressKey(address));
    const device = await this.#store.device(address);
    if (device === undefined || device.revoked) throw new RelayError("UNAUTHENTICATED");
    await this.#store.setAccessKeyHash(address.account, canonicalBytes(accessKeyHash));
    return device.identityKey;
  }

  /**
   * Stores the envelopes; durable when it resolves, and the same ids again change nothing. Every byte is
   * attacker-controlled.
   * @throws RelayError `UNAUTHENTICATED` for a wrong key and an unknown account alike; then nothing else shows.
   * And as {@link Mailbox.sendSealed}
   */
  async send({ account, accessKey, envelopes }: SealedRequest): Promise<void> {
    await this.#requireKey(account, canonicalBytes(accessKey));
    await this.#mailbox.sendSealed(
      account,
      envelopes.map(({ device, id, payload: text }) => {
        const payload = canonicalBytes(text);
        if (!isEnvelopeSize(payload.length)) {
          throw new RelayError("REQUEST_INVALID", { message: "an envelope has none of the sizes there are" });
        }
        return { account, device, id: canonicalBytes(id), payload };
      }),
    );
  }

  async #requireKey(account: AccountId, accessKey: Uint8Array): Promise<void> {
    const hash = (await this.#store.accessKeyHash(account)) ?? this.#noHash;
    if (equalBytes(hash, sha256(accessKey))) return;
    throw new RelayError("UNAUTHENTICATED", { message: "this key opens no mailbox of that account" });
  }
}
