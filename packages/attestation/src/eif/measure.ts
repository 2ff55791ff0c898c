import { concatBytes, toUtf8 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";
import type { ReferenceValue } from "../policy.ts";
import type { EifImage } from "./format.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const PCR_BYTES = 48;

/** What PCRs are computed from. */
export interface MeasuredParts extends Pick<EifImage, "kernel" | "commandLine" | "ramdisks"> {
  /** X.509 in DER, when the image is signed. */
  readonly signingCertificate?: Uint8Array | undefined;
}

/**
 * The PCRs that an enclave of this image shows (AWS Nitro Enclaves, "Cryptographic attestation"), 48 bytes
 * each: PCR0 the whole image, PCR1 kernel and boot ramdisk, PCR2 the application, PCR8 who signed it.
 */
export function measureEif({
  kernel,
  commandLine,
  ramdisks,
  signingCertificate,
}: MeasuredParts): ReferenceValue {
  const line = toUtf8(commandLine);
  const [boot, ...application] = ramdisks;
  const pcrs = new Map([
    [0, extended(concatBytes(kernel, line, ...ramdisks))],
    [1, extended(concatBytes(kernel, line, ...(boot === undefined ? [] : [boot])))],
    [2, extended(concatBytes(...application))],
  ]);
  if (signingCertificate !== undefined) pcrs.set(8, extended(signingCertificate));
  return pcrs;
}

/** A register of zeros, extended once. */
function extended(measured: Uint8Array): Bytes {
  return sha384(concatBytes(new Uint8Array(PCR_BYTES), sha384(measured)));
}
