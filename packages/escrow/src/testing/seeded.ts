import { concatBytes, uint32 } from "@cloister/bytes";
import { type Random, sha512 } from "@cloister/crypto";
import { encodeScalar, wideScalar } from "@cloister/crypto/ristretto";
import {
  type DkgCertificate,
  type DkgOutcome,
  type DkgSetup,
  dkgCertify,
  dkgRound1,
  dkgRound2,
  dkgStaticKey,
  verifyCertificate,
} from "../dkg.ts";
import type { TrusteeGroup } from "../group.ts";

/** A stream of bytes that a seed determines. Tests only. */
export function seeded(...seed: readonly number[]): Random {
  let [block, number] = [new Uint8Array(), 0];
  return (lengthBytes) => {
    while (block.length < lengthBytes) {
      number += 1;
      block = concatBytes(block, sha512(concatBytes(...[...seed, number].map(uint32))));
    }
    const out = block.slice(0, lengthBytes);
    block = block.slice(lengthBytes);
    return out;
  };
}

/** Static secrets of `count` participants and what they agree on. */
export function session(
  { threshold, count }: { threshold: number; count: number },
  random: Random,
): { setup: DkgSetup; staticSecrets: Uint8Array[] } {
  const staticSecrets = Array.from({ length: count }, () => encodeScalar(wideScalar(random(64))));
  const setup = { threshold, staticKeys: staticSecrets.map(dkgStaticKey), sessionId: random(16) };
  return { setup, staticSecrets };
}

/** A key generation in which everybody is honest. */
export function generate(
  size: { threshold: number; count: number },
  random: Random,
): {
  group: TrusteeGroup;
  certificate: DkgCertificate;
  outcomes: DkgOutcome[];
  staticSecrets: Uint8Array[];
} {
  const { setup, staticSecrets } = session(size, random);
  const participants = staticSecrets.map((staticSecret) => ({ setup, staticSecret }));
  const messages = participants.map((participant) => dkgRound1(participant, random));
  const outcomes = participants.map((participant) => dkgRound2(participant, messages));
  const transcript = outcomes[0]?.transcript ?? new Uint8Array();
  const signatures = staticSecrets.map((secret) => dkgCertify(secret, transcript));
  const certificate = { transcript, signatures };
  return { group: verifyCertificate(certificate), certificate, outcomes, staticSecrets };
}
