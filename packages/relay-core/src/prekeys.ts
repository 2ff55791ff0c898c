import { toBase64Url } from "@cloister/bytes";
import type {
  PreKeyBundles,
  PreKeyCounts,
  TakePreKeysRequest,
  UploadPreKeysRequest,
} from "@cloister/contracts/http";
import { type AccountId, addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { accountRecord } from "./accounts.ts";
import { Buckets } from "./buckets.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type {
  Clock,
  PreKeyCountsRecord,
  PublicPreKey,
  RelayStore,
  SignedPreKey,
  TakenBundle,
} from "./ports.ts";
import { verifyPreKeyUpload } from "./registration.ts";

/** Hands out prekeys so that nobody can drain them, and never one twice. */
export class PreKeys {
  readonly #store: RelayStore;
  readonly #limits: RelayLimits;
  readonly #onLow: (address: DeviceAddress) => void;
  readonly #pairs: Buckets;
  readonly #targets: Buckets;
  readonly #uploads: Buckets;

  constructor(context: {
    readonly store: RelayStore;
    readonly clock: Clock;
    readonly limits: RelayLimits;
    /** Called when a device should upload more. */
    readonly onLow: (address: DeviceAddress) => void;
  }) {
    this.#store = context.store;
    this.#limits = context.limits;
    this.#onLow = context.onLow;
    this.#pairs = new Buckets(context.limits.preKeyPairRate, context.clock);
    this.#targets = new Buckets(context.limits.preKeyTargetRate, context.clock);
    this.#uploads = new Buckets(context.limits.uploadRate, context.clock);
  }

  /**
   * Bundles of all the account's devices, or of those named that exist.
   * @throws RelayError `ACCOUNT_UNKNOWN`, `RATE_LIMITED`
   */
  async take(
    requester: DeviceAddress,
    account: AccountId,
    request: TakePreKeysRequest,
  ): Promise<PreKeyBundles> {
    const record = await accountRecord(this.#store, account);
    const targets = record.devices
      .filter(({ device }) => request.devices?.includes(device) ?? true)
      .map(({ device }) => ({ account, device }));
    this.#spendPairs(requester.account, targets);
    const devices = targets.map((target) => ({
      device: target.device,
      oneTime: this.#targets.take(addressKey(target)) === 0,
    }));
    const bundles = await this.#store.takePreKeys({ account, devices });
    for (const { device, left } of bundles) if (this.areLow(left)) this.#onLow({ account, device });
    const identityKey = toBase64Url(record.identityKey);
    return { account, bundles: bundles.map((bundle) => toJson(bundle, identityKey)) };
  }

  /** @throws RelayError `REQUEST_INVALID`, `TOO_LARGE`, `RATE_LIMITED`, `UNAUTHENTICATED` */
  async upload(address: DeviceAddress, request: UploadPreKeysRequest): Promise<PreKeyCounts> {
    this.#uploads.spend(addressKey(address));
    const owner = await this.#store.device(address);
    if (owner === undefined) throw new RelayError("UNAUTHENTICATED");
    const keys = verifyPreKeyUpload(request, owner.identityKey);
    const maxEachCount = this.#limits.preKeysMaxCount;
    const counts = await this.#store.addPreKeys({ address, keys, maxEachCount });
    if (counts === undefined) {
      throw new RelayError("TOO_LARGE", {
        message: `the relay keeps ${maxEachCount} one-time keys of a kind; upload fewer`,
      });
    }
    return counts;
  }

  count(address: DeviceAddress): Promise<PreKeyCounts> {
    return this.#store.countPreKeys(address);
  }

  areLow(counts: PreKeyCountsRecord): boolean {
    return Math.min(counts.oneTimeCount, counts.kemCount) < this.#limits.preKeysLowCount;
  }

  /** All or none, so that a refused request costs nothing. */
  #spendPairs(requester: AccountId, targets: readonly DeviceAddress[]): void {
    const keys = targets.map((target) => `${requester} ${addressKey(target)}`);
    const retryAfterMs = Math.max(0, ...keys.map((key) => this.#pairs.wait(key)));
    if (retryAfterMs > 0) throw new RelayError("RATE_LIMITED", { retryAfterMs });
    for (const key of keys) this.#pairs.take(key);
  }
}

function toJson(bundle: TakenBundle, identityKey: string): PreKeyBundles["bundles"][number] {
  return {
    device: bundle.device,
    registrationId: bundle.registrationId,
    identityKey,
    signedPreKey: signedToJson(bundle.signedPreKey),
    kemPreKey: signedToJson(bundle.kemPreKey),
    ...(bundle.oneTimePreKey && { oneTimePreKey: publicToJson(bundle.oneTimePreKey) }),
  };
}

function publicToJson(key: PublicPreKey): { id: number; publicKey: string } {
  return { id: key.id, publicKey: toBase64Url(key.publicKey) };
}

function signedToJson(key: SignedPreKey): { id: number; publicKey: string; signature: string } {
  return { ...publicToJson(key), signature: toBase64Url(key.signature) };
}
