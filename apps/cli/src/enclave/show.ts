import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type ParsedEif, parseEif } from "@cloister/attestation/eif";
import { BaseError, toHex } from "@cloister/bytes";

/** Reads and checks an image. @throws BaseError `FILE_UNREADABLE`, and what `parseEif` throws */
export async function readImage(file: string): Promise<ParsedEif> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new BaseError("Usage", "FILE_UNREADABLE", `${file} cannot be read`, { cause });
  });
  return parseEif(bytes);
}

/** Registers as people and policies write them: `PCR0`, hexadecimal. */
export function showPcrs(pcrs: ReadonlyMap<number, Uint8Array>): [name: string, value: string][] {
  return [...pcrs].map(([index, value]) => [`PCR${index}`, toHex(value)]);
}

/** Everything that an image says, and what of it is measured. */
export function describeImage(image: ParsedEif): { value: object; lines: string[] } {
  const pcrs = showPcrs(image.measurement);
  const signer =
    image.signingCertificate === undefined
      ? undefined
      : new X509Certificate(image.signingCertificate).subject.replaceAll("\n", ", ");
  const { custom = {}, ...metadata } = image.metadata;
  const ramdisks = image.ramdisks.map(({ length }) => length);
  const value = {
    architecture: image.architecture,
    measured: { pcrs: Object.fromEntries(pcrs), commandLine: image.commandLine },
    bytes: { kernel: image.kernel.length, ramdisks },
    signer: signer ?? null,
    notMeasured: {
      memoryMiB: image.defaultMemoryBytes / 1024 ** 2,
      cpus: image.defaultCpusCount,
      metadata,
      custom,
    },
  };
  const lines = [
    `${metadata.imageName} ${metadata.imageVersion}, ${image.architecture}, checksum holds`,
    ...pcrs.map(([name, digest]) => `${name} ${digest}`),
    `kernel ${image.kernel.length} bytes, ramdisks ${ramdisks.join(" and ")} bytes`,
    `command line: ${image.commandLine}`,
    signer === undefined ? "not signed" : `signed by ${signer}`,
    `not measured: ${metadata.operatingSystem}, kernel ${metadata.kernelVersion}, ${metadata.buildTool} ${metadata.buildToolVersion}`,
    ...Object.entries(custom).map(([name, text]) => `  ${name} ${text}`),
  ];
  return { value, lines };
}
