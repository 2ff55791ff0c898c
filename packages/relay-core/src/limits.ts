const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A token bucket: `burstCount` at once, then one per `everyMs`. */
export interface Rate {
  readonly burstCount: number;
  readonly everyMs: number;
}

/** All bounds of a relay in one place. */
export interface RelayLimits {
  readonly devicesCount: number;
  readonly challengeMs: number;
  readonly sessionMs: number;
  /** Sessions one device may open. */
  readonly sessionRate: Rate;
  /** SENDs of one device. */
  readonly sendRate: Rate;
  /** Sealed mail for one account, of all senders together. */
  readonly sealedRate: Rate;
  /** How long a sender certificate holds. */
  readonly certificateMs: number;
  /** Prekey uploads of one device, each up to a hundred signatures to check, and sender certificates for it. */
  readonly uploadRate: Rate;
  /** Payload on its way to the disk, of all senders together. */
  readonly pendingMaxBytes: number;
  /** Bundles that one account may take of one device (as in Signal: 6, then one per ten minutes). */
  readonly preKeyPairRate: Rate;
  /** One-time keys that all others together may take of one device; beyond it bundles use the last resort. */
  readonly preKeyTargetRate: Rate;
  /** Below this many one-time keys a device is asked for more. */
  readonly preKeysLowCount: number;
  /** One-time keys of each kind the relay keeps per device. */
  readonly preKeysMaxCount: number;
  readonly mailboxMaxCount: number;
  readonly mailboxMaxBytes: number;
  readonly envelopeMaxAgeMs: number;
  readonly tombstoneMaxAgeMs: number;
  readonly boxMs: number;
  readonly boxesPerAccountCount: number;
  /** Pieces of blobs that one account may keep, at most 65 KiB each. */
  readonly piecesPerAccountCount: number;
  /** Pieces one account may write. */
  readonly pieceRate: Rate;
  /** Blobs that are nobody's backup. */
  readonly blobMaxAgeMs: number;
}

/** Limits for an organisation of ordinary size. */
export const defaultLimits: RelayLimits = {
  devicesCount: 10,
  challengeMs: minuteMs,
  sessionMs: dayMs,
  sessionRate: { burstCount: 30, everyMs: 10 * secondMs },
  sendRate: { burstCount: 600, everyMs: 50 },
  sealedRate: { burstCount: 600, everyMs: 50 },
  certificateMs: dayMs,
  uploadRate: { burstCount: 20, everyMs: 30 * secondMs },
  pendingMaxBytes: 64 * 1024 * 1024,
  preKeyPairRate: { burstCount: 6, everyMs: 10 * minuteMs },
  preKeyTargetRate: { burstCount: 600, everyMs: 6 * secondMs },
  preKeysLowCount: 20,
  preKeysMaxCount: 200,
  mailboxMaxCount: 10_000,
  mailboxMaxBytes: 64 * 1024 * 1024,
  envelopeMaxAgeMs: 30 * dayMs,
  tombstoneMaxAgeMs: 72 * hourMs,
  boxMs: 10 * minuteMs,
  boxesPerAccountCount: 5,
  piecesPerAccountCount: 4096,
  pieceRate: { burstCount: 4096, everyMs: 250 },
  blobMaxAgeMs: 7 * dayMs,
};
