/**
 * Reads an image that anybody may have made. Stricter than what boots: every byte is explained, so that two
 * images with equal measurements differ in nothing but metadata, defaults and signature.
 */
import { fromUtf8 } from "@cloister/bytes";
import type { ReferenceValue } from "../policy.ts";
import { demandCommandLine } from "./build.ts";
import { crc32 } from "./crc32.ts";
import {
  ARM64_FLAG,
  At,
  type EifImage,
  HEADER_BYTES,
  MAGIC,
  MAX_SECTIONS,
  SECTION_HEADER_BYTES,
  SectionType,
  VERSION,
} from "./format.ts";
import { measureEif } from "./measure.ts";
import { decodeMetadata } from "./metadata.ts";
import { brokenEif, demandEif } from "./rules.ts";
import { verifyPcr0 } from "./signature.ts";

/** An image, taken apart, its checksum and, where it has one, its signature checked. */
export interface ParsedEif extends EifImage {
  /** PCR0, PCR1, PCR2, and PCR8 when it is signed. */
  readonly measurement: ReferenceValue;
  /** X.509 in DER of who signed it. */
  readonly signingCertificate: Uint8Array | undefined;
}

interface Section {
  readonly type: number;
  /** A view, no copy: images are large. */
  readonly data: Uint8Array;
}

const MAX_BYTES = 4 * 1024 ** 3;
const MIN_SECTIONS = 4;

/** @throws BaseError with a code of {@link eifRules} */
export function parseEif(bytes: Uint8Array): ParsedEif {
  demandEif(bytes.length >= HEADER_BYTES && bytes.length <= MAX_BYTES, "EIF_SIZE");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint16(At.flags);
  demandEif(isHeader(view, flags), "EIF_HEADER");
  const sections = readSections(bytes, view);
  const rest = bytes.subarray(HEADER_BYTES);
  const checksum = crc32([bytes.subarray(0, At.checksum), rest]);
  demandEif(checksum === view.getUint32(At.checksum), "EIF_CHECKSUM");

  const { kernel, commandLine, metadata, ramdisks, signature } = ordered(sections);
  const line = asciiOf(commandLine);
  const parts = { kernel, commandLine: line, ramdisks };
  const pcr0 = measureEif(parts).get(0) ?? new Uint8Array();
  const signingCertificate = signature === undefined ? undefined : verifyPcr0(pcr0, signature);
  return {
    ...parts,
    architecture: flags === ARM64_FLAG ? "arm64" : "x86_64",
    defaultMemoryBytes: numberAt(view, At.memory),
    defaultCpusCount: numberAt(view, At.cpus),
    metadata: decodeMetadata(metadata),
    measurement: measureEif({ ...parts, signingCertificate }),
    signingCertificate,
  };
}

function isHeader(view: DataView, flags: number): boolean {
  return (
    view.getUint32(At.magic) === MAGIC &&
    view.getUint16(At.version) === VERSION &&
    flags <= ARM64_FLAG &&
    view.getUint16(At.reserved) === 0 &&
    view.getUint32(At.unused) === 0
  );
}

function readSections(bytes: Uint8Array, view: DataView): Section[] {
  const count = view.getUint16(At.sectionsCount);
  demandEif(count >= MIN_SECTIONS && count <= MAX_SECTIONS, "EIF_SECTIONS");
  let offset = HEADER_BYTES;
  const sections: Section[] = [];
  for (let index = 0; index < MAX_SECTIONS; index += 1) {
    const claimed = numberAt(view, At.offsets + 8 * index);
    const size = numberAt(view, At.sizes + 8 * index);
    if (index >= count) {
      demandEif(claimed === 0 && size === 0, "EIF_LAYOUT");
      continue;
    }
    const start = offset + SECTION_HEADER_BYTES;
    demandEif(claimed === offset && size > 0 && start + size <= bytes.length, "EIF_LAYOUT");
    const headerHolds = view.getUint16(offset + 2) === 0 && numberAt(view, offset + 4) === size;
    demandEif(headerHolds, "EIF_LAYOUT");
    sections.push({ type: view.getUint16(offset), data: bytes.subarray(start, start + size) });
    offset = start + size;
  }
  demandEif(offset === bytes.length, "EIF_LAYOUT");
  return sections;
}

function ordered(sections: readonly Section[]) {
  const [kernel, commandLine, metadata, ...more] = sections;
  const last = more.at(-1);
  const signature = last?.type === SectionType.signature ? last.data : undefined;
  const ramdisks = signature === undefined ? more : more.slice(0, -1);
  if (kernel === undefined || commandLine === undefined || metadata === undefined)
    throw brokenEif("EIF_SECTIONS");
  const holds =
    kernel.type === SectionType.kernel &&
    commandLine.type === SectionType.commandLine &&
    metadata.type === SectionType.metadata &&
    ramdisks.length > 0 &&
    ramdisks.every(({ type }) => type === SectionType.ramdisk);
  demandEif(holds, "EIF_SECTIONS");
  return {
    kernel: kernel.data,
    commandLine: commandLine.data,
    metadata: metadata.data,
    ramdisks: ramdisks.map(({ data }) => data),
    signature,
  };
}

function asciiOf(bytes: Uint8Array): string {
  demandEif(
    bytes.every((byte) => byte < 0x80),
    "EIF_COMMAND_LINE",
  );
  const line = fromUtf8(bytes);
  demandCommandLine(line);
  return line;
}

function numberAt(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset);
  demandEif(value <= BigInt(Number.MAX_SAFE_INTEGER), "EIF_LAYOUT");
  return Number(value);
}
