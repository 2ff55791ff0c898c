import { concatBytes, toUtf8, zeroise } from "@cloister/bytes";
import { hkdfSha256, sha256, x25519 } from "@cloister/crypto";
import type { Advertisement } from "./messages.ts";

const label = (purpose: string) => toUtf8(`cloister aggregation v1 ${purpose}`);

/** What an advertisement's signature is over. The plan's digest binds round, model, cohort and bounds. */
export function advertisedBytes(plan: Uint8Array, entry: Omit<Advertisement, "signature">): Uint8Array {
  const { node, parcelKey, maskKey, seedCommitment } = entry;
  return concatBytes(label("advertisement"), plan, Uint8Array.of(node), parcelKey, maskKey, seedCommitment);
}

/** What a survivor signature is over: also which keys the signer saw, so that two views cannot be mixed. */
export function survivorBytes(
  plan: Uint8Array,
  advertisements: readonly Advertisement[],
  survivors: readonly number[],
): Uint8Array {
  const seen = byNode(advertisements).map((entry) =>
    concatBytes(advertisedBytes(plan, entry), entry.signature),
  );
  const nodes = Uint8Array.from(survivors).toSorted();
  return concatBytes(label("survivors"), plan, sha256(concatBytes(...seen)), nodes);
}

/** In the order of their nodes. */
export function byNode<Entry extends { readonly node: number }>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => a.node - b.node);
}

/** The commitment to a seed of 32 random bytes. */
export function commitSeed(plan: Uint8Array, seed: Uint8Array): Uint8Array {
  return sha256(concatBytes(label("seed"), plan, seed));
}

/** The key of the mask that a seed stands for. */
export function seedMaskKey(plan: Uint8Array, seed: Uint8Array): Uint8Array {
  return hkdfSha256({ ikm: seed, salt: plan, info: label("own mask"), lengthBytes: 32 });
}

/** The key of the mask between two nodes; both derive the same. */
export function pairMaskKey(plan: Uint8Array, pair: KeyAgreement): Uint8Array {
  const nodes = Uint8Array.of(Math.min(pair.from, pair.to), Math.max(pair.from, pair.to));
  return agree(pair, plan, concatBytes(label("pair mask"), nodes));
}

/** The key for the one parcel from a node to another. */
export function parcelSealingKey(plan: Uint8Array, pair: KeyAgreement): Uint8Array {
  return agree(pair, plan, concatBytes(label("parcel"), Uint8Array.of(pair.from, pair.to)));
}

/** Two nodes, a private key of one and the public key of the other. */
export interface KeyAgreement {
  readonly from: number;
  readonly to: number;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

function agree({ privateKey, publicKey }: KeyAgreement, salt: Uint8Array, info: Uint8Array): Uint8Array {
  const shared = x25519(privateKey, publicKey);
  const key = hkdfSha256({ ikm: shared, salt, info, lengthBytes: 32 });
  zeroise(shared);
  return key;
}
