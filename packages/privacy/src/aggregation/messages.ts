import { BaseError } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { wordBytes, words } from "./mask.ts";
import { maxCohortCount } from "./plan.ts";
import type { Share } from "./shamir.ts";

/** Keys of one member for one round, signed by its identity. */
export interface Advertisement {
  readonly node: number;
  /** X25519, for the shares that members send each other. */
  readonly parcelKey: Uint8Array;
  /** X25519, for the masks that cancel out between two members. */
  readonly maskKey: Uint8Array;
  /** SHA-256 over the seed of the member's own mask. */
  readonly seedCommitment: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Shares of a member's two secrets, sealed to one other member. */
export interface Parcel {
  readonly from: number;
  readonly to: number;
  /** AES-256-GCM: 64 bytes and the tag. */
  readonly sealed: Uint8Array;
}

/** A member's update under its masks. */
export interface MaskedUpdate {
  readonly from: number;
  readonly values: Uint32Array;
}

/** One member's word that these nodes, and no others, are in the sum. */
export interface SurvivorSignature {
  readonly from: number;
  readonly signature: Uint8Array;
}

/** Shares that take the masks off: of survivors the seed of their own mask, of the others the mask key. */
export interface Unmasking {
  readonly from: number;
  readonly seedShares: readonly Share[];
  readonly keyShares: readonly Share[];
}

/** What members and the coordinator send each other, by kind. */
export type AggregationMessage =
  | ({ readonly kind: "advertisement" } & Advertisement)
  | { readonly kind: "parcels"; readonly parcels: readonly Parcel[] }
  | ({ readonly kind: "masked" } & MaskedUpdate)
  | ({ readonly kind: "survivors" } & SurvivorSignature)
  | ({ readonly kind: "unmasking" } & Unmasking);

const secretBytes = 32;
const sealedBytes = 2 * secretBytes + 16;

/** Deterministic CBOR of a message. */
export function encodeMessage(message: AggregationMessage): Uint8Array<ArrayBuffer> {
  return encodeCbor(toCbor(message));
}

function toCbor(message: AggregationMessage): CborValue {
  switch (message.kind) {
    case "parcels":
      return { kind: message.kind, parcels: message.parcels.map((parcel) => ({ ...parcel })) };
    case "masked":
      return { kind: message.kind, from: message.from, values: wordBytes(message.values) };
    case "unmasking": {
      const { kind, from, seedShares, keyShares } = message;
      return { kind, from, seedShares: seedShares.map(shareToCbor), keyShares: keyShares.map(shareToCbor) };
    }
    case "advertisement":
    case "survivors":
      return { ...message };
  }
}

const shareToCbor = ({ node, bytes }: Share): CborValue => ({ node, bytes });

/**
 * Strict inverse of {@link encodeMessage}; the bytes are from the network. `dimension` is the plan's.
 * @throws BaseError of CBOR decoding; `AGGREGATION_DIMENSION`
 */
export function decodeMessage(bytes: Uint8Array, dimension: number): AggregationMessage {
  const map = readMap(decodeCbor(bytes));
  const kind = map.oneOf("kind", ["advertisement", "parcels", "masked", "survivors", "unmasking"]);
  const message = readers[kind](map, dimension);
  map.end();
  return message;
}

const node = (map: FieldReader, key: string) => map.uint(key, { max: maxCohortCount });

const readers: Record<
  AggregationMessage["kind"],
  (map: FieldReader, dimension: number) => AggregationMessage
> = {
  advertisement: (map) => ({
    kind: "advertisement",
    node: node(map, "node"),
    parcelKey: map.bytes("parcelKey", { length: 32 }),
    maskKey: map.bytes("maskKey", { length: 32 }),
    seedCommitment: map.bytes("seedCommitment", { length: 32 }),
    signature: map.bytes("signature", { length: 64 }),
  }),
  parcels: (map) => ({
    kind: "parcels",
    parcels: map.list("parcels", readParcel, { maxCount: maxCohortCount }),
  }),
  masked: (map, dimension) => {
    const value = map.bytes("values", { maxBytes: dimension * 4 });
    if (value.length !== dimension * 4)
      throw new BaseError("Decode", "AGGREGATION_DIMENSION", "the update has not the plan's length; drop it");
    return { kind: "masked", from: node(map, "from"), values: words(value) };
  },
  survivors: (map) => ({
    kind: "survivors",
    from: node(map, "from"),
    signature: map.bytes("signature", { length: 64 }),
  }),
  unmasking: (map) => ({
    kind: "unmasking",
    from: node(map, "from"),
    seedShares: map.list("seedShares", readShare, { maxCount: maxCohortCount }),
    keyShares: map.list("keyShares", readShare, { maxCount: maxCohortCount }),
  }),
};

function readParcel(item: CborValue): Parcel {
  const map = readMap(item);
  const sealed = map.bytes("sealed", { length: sealedBytes });
  const parcel = { from: node(map, "from"), to: node(map, "to"), sealed };
  map.end();
  return parcel;
}

function readShare(item: CborValue): Share {
  const map = readMap(item);
  const share = { node: node(map, "node"), bytes: map.bytes("bytes", { length: secretBytes }) };
  map.end();
  return share;
}
