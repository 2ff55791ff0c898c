import { equalBytes } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import type { Random } from "@cloister/crypto";
import { isRistrettoElement, ristrettoBase, ristrettoMultiply } from "@cloister/crypto/ristretto";
import { dleqBytesCount, proveDleq, verifyDleq } from "./dleq.ts";
import type { TrusteeGroup } from "./group.ts";
import { combineAtZero } from "./polynomial.ts";
import { broken } from "./rules.ts";
import { deriveKey, type VerifiedSealing } from "./sealing.ts";

/** What one trustee contributes to opening one sealing, with the proof that it used its own share. */
export interface PartialDecryption {
  /** Number of the trustee, from 1. */
  readonly trustee: number;
  /** Share times the sealing's element, 32 bytes: secret, `threshold` of them open the sealing. */
  readonly element: Uint8Array;
  /** 64 bytes, bound to the request. */
  readonly proof: Uint8Array;
}

/** What a partial is an answer to. */
interface Asked {
  readonly group: TrusteeGroup;
  readonly sealing: VerifiedSealing;
  /** SHA-256 of the request, 32 bytes: a partial counts for no other. */
  readonly requestDigest: Uint8Array;
}

/**
 * One trustee's partial.
 * @param input.share the trustee's secret scalar
 * @throws BaseError `GROUP_FORMAT` when the trustee or the sealing belongs to another group
 */
export function decryptPartially(
  input: Asked & { readonly trustee: number; readonly share: bigint; readonly random: Random },
): PartialDecryption {
  const { group, sealing, trustee, share, random } = input;
  if (!equalBytes(group.groupKey, sealing.groupKey)) throw broken("GROUP_FORMAT");
  const element = ristrettoMultiply(share, sealing.element);
  const proof = proveDleq(statementOf(input, trustee, element), share, random);
  return { trustee, element, proof };
}

/** Whether a trustee computed its partial as it has to. `partial` is attacker-controlled. */
export function verifyPartial(asked: Asked, { trustee, element, proof }: PartialDecryption): boolean {
  if (asked.group.shareKeys[trustee - 1] === undefined || proof.length !== dleqBytesCount) return false;
  return isRistrettoElement(element) && verifyDleq(statementOf(asked, trustee, element), proof);
}

/** What came of combining: the key, or too few valid partials. Trustees that cheated are named in both. */
export type Combined = {
  /** Numbers of the trustees whose partials are wrong. */
  readonly cheats: readonly number[];
} & (
  | { readonly status: "opened"; readonly key: Uint8Array<ArrayBuffer> }
  | { readonly status: "short"; readonly validCount: number }
);

/**
 * Combines partials in the exponent; the group's secret is never there. Each is verified first.
 * @param partials attacker-controlled; a trustee's second valid one is left aside
 */
export function combinePartials(asked: Asked, partials: readonly PartialDecryption[]): Combined {
  const valid = new Map<number, PartialDecryption>();
  const cheats = new Set<number>();
  for (const partial of partials) {
    if (verifyPartial(asked, partial)) valid.set(partial.trustee, partial);
    else cheats.add(partial.trustee);
  }
  const named = [...cheats].sort((left, right) => left - right);
  if (valid.size < asked.group.threshold) return { status: "short", validCount: valid.size, cheats: named };
  const points = [...valid.values()].slice(0, asked.group.threshold);
  const shared = combineAtZero(points.map(({ trustee, element }) => ({ number: trustee, element })));
  return { status: "opened", key: deriveKey(asked.sealing, shared), cheats: named };
}

function statementOf({ group, sealing, requestDigest }: Asked, trustee: number, element: Uint8Array) {
  const shareKey = group.shareKeys[trustee - 1];
  if (shareKey === undefined) throw broken("GROUP_FORMAT");
  const bound = encodeCbor([requestDigest, trustee, sealing.sealing]);
  const bases = [ristrettoBase, sealing.element] as const;
  return { purpose: "partial", bound, bases, images: [shareKey, element] as const };
}
