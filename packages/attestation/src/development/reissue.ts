import { BaseError, equalBytes } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { decodeEvidenceCbor } from "../cbor.ts";
import { decodePayload } from "../nitro-document.ts";
import { demand } from "../rules.ts";
import { type Issuer, issueDocument } from "./issuer.ts";

/** Who vouches, and for what alone. */
export interface ReissueRequest {
  readonly root: Issuer;
  /** What was booted, computed from its image: 48 bytes each. */
  readonly measurement: ReadonlyMap<number, Uint8Array>;
  readonly random: Random;
  readonly nowMs: number;
}

/**
 * A document of a security module that signs nothing, as QEMU's, under a development root. Whoever booted the
 * image vouches for it, if the registers are those of that image.
 * @throws BaseError `DEVELOPMENT_MEASUREMENT`, family `Decode`
 */
export function reissueDocument(unsigned: Uint8Array, request: ReissueRequest): Uint8Array<ArrayBuffer> {
  const parts = decodeEvidenceCbor(unsigned);
  const payload: unknown = Array.isArray(parts) && parts.length === 4 ? parts[2] : undefined;
  demand(payload instanceof Uint8Array, "COSE_FORMAT");
  const { moduleId, pcrs, publicKey, userData, nonce } = decodePayload(payload);
  for (const [index, value] of request.measurement) {
    if (equalBytes(pcrs.get(index) ?? new Uint8Array(), value)) continue;
    const message = "the machine measured another image than was booted; boot it again";
    throw new BaseError("Verification", "DEVELOPMENT_MEASUREMENT", message);
  }
  return issueDocument(
    {
      moduleId,
      timestampMs: request.nowMs,
      pcrs,
      ...(publicKey && { publicKey }),
      ...(userData && { userData }),
      ...(nonce && { nonce }),
    },
    request.root,
    request.random,
  );
}
