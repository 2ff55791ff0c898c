import { toHex } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { decodeScalar } from "@cloister/crypto/ristretto";
import { makeRelease, type Opened, openReleases } from "../release.ts";
import type { VerifiedRequest } from "../request.ts";
import { type SealedEpoch, sealEpoch, type VerifiedSealing, verifySealing } from "../sealing.ts";
import { decryptPartially, type PartialDecryption } from "../threshold.ts";
import type { ReleaseDemand } from "../trustee.ts";
import { generate, seeded } from "./seeded.ts";

/** A request, with what its asker keeps. */
interface Asked {
  readonly bytes: Uint8Array;
  readonly request: VerifiedRequest;
  readonly privateKey: Uint8Array;
}

const { group, outcomes, staticSecrets } = generate({ threshold: 2, count: 3 }, seeded(100));
const identities = outcomes.map(({ participant, share }, at) => ({
  trustee: participant,
  share,
  staticSecret: staticSecrets[at] ?? share,
}));

/** Two of three trustees, for all tests. */
export const escrow = { group, identities };

/** Two conversations with four epochs each, sealed to {@link escrow}. */
export const conversation = new Uint8Array(16).fill(1);
export const elsewhere = new Uint8Array(16).fill(2);
const archive = new Map<string, SealedEpoch>();
for (const of of [conversation, elsewhere]) {
  for (const epoch of [0, 1, 2, 3]) {
    const scope = { conversation: of, epoch };
    const random = seeded(of[0] ?? 0, epoch);
    archive.set(toHex(of) + epoch, sealEpoch({ scope, groupKey: group.groupKey, random }));
  }
}

/** One epoch of the archive. */
export function sealedEpoch(of: Uint8Array, epoch: number): SealedEpoch {
  const sealed = archive.get(toHex(of) + epoch);
  if (!sealed) throw new Error("every epoch from 0 to 3 is sealed");
  return sealed;
}

function verified({ scope }: VerifiedRequest, epoch: number): VerifiedSealing {
  const of = scope.conversation;
  const { sealing } = sealedEpoch(of, epoch);
  return verifySealing({ scope: { conversation: of, epoch }, groupKey: group.groupKey, sealing });
}

/** What a server hands to a trustee. */
export function demandOf(asked: Asked, proof: string, epochs: readonly number[] = [0, 1]): ReleaseDemand {
  const of = asked.request.scope.conversation;
  const sealings = epochs.map((epoch) => ({ epoch, sealing: sealedEpoch(of, epoch).sealing }));
  return { request: asked.bytes, proof, sealings };
}

/** What an officer gets out of `releases`. */
export function open(
  { request, privateKey }: Asked,
  releases: readonly Uint8Array[],
  epochs: readonly number[] = [0, 1],
): Opened {
  const sealings = epochs.map((epoch) => verified(request, epoch));
  return openReleases({ group, request, ephemeralPrivateKey: privateKey, sealings, releases });
}

/** What trustee 3 answers to anything once it is the attacker's; with a change it cheats. */
export function corruptRelease(
  { request }: Asked,
  random: Random,
  change: Partial<PartialDecryption> = {},
): Uint8Array {
  const identity = identities[2];
  if (!identity) throw new Error("there are three trustees");
  const share = decodeScalar(identity.share) ?? 1n;
  const partials = [0, 1, 2, 3].map((epoch) => {
    const sealing = verified(request, epoch);
    const asked = { group, sealing, requestDigest: request.digest };
    return { sealing, partial: { ...decryptPartially({ ...asked, trustee: 3, share, random }), ...change } };
  });
  return makeRelease({ request, ...identity, partials, random });
}
