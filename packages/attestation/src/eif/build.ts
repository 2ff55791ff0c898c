import { concatBytes, toUtf8 } from "@cloister/bytes";
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
import { encodeMetadata } from "./metadata.ts";
import { demandEif } from "./rules.ts";
import { type EifSigner, signPcr0 } from "./signature.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Section {
  readonly type: number;
  readonly data: Uint8Array;
}

const commandLineForm = /^[\x20-\x7e]{1,2047}$/;

/**
 * Puts an image together. The same input gives the same bytes, on any machine.
 * @throws BaseError `EIF_SECTIONS`, `EIF_COMMAND_LINE`, `EIF_SIGNATURE_INVALID`
 */
export function buildEif(image: EifImage, signer?: EifSigner): Bytes {
  demandCommandLine(image.commandLine);
  const sections: Section[] = [
    { type: SectionType.kernel, data: image.kernel },
    { type: SectionType.commandLine, data: toUtf8(image.commandLine) },
    { type: SectionType.metadata, data: encodeMetadata(image.metadata) },
    ...image.ramdisks.map((data) => ({ type: SectionType.ramdisk, data })),
  ];
  if (signer !== undefined) {
    const pcr0 = measureEif(image).get(0) ?? new Uint8Array();
    sections.push({ type: SectionType.signature, data: signPcr0(pcr0, signer) });
  }
  demandEif(image.ramdisks.length > 0 && sections.length <= MAX_SECTIONS, "EIF_SECTIONS");
  demandEif(
    sections.every(({ data }) => data.length > 0),
    "EIF_SECTIONS",
  );
  const pieces = sections.flatMap((section) => [sectionHeader(section), section.data]);
  const header = headerOf(image, sections);
  const checksum = crc32([header.subarray(0, At.checksum), ...pieces]);
  new DataView(header.buffer).setUint32(At.checksum, checksum);
  return concatBytes(header, ...pieces);
}

/** @throws BaseError `EIF_COMMAND_LINE` */
export function demandCommandLine(line: string): void {
  demandEif(commandLineForm.test(line), "EIF_COMMAND_LINE");
}

function headerOf(image: EifImage, sections: readonly Section[]): Bytes {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(At.magic, MAGIC);
  view.setUint16(At.version, VERSION);
  view.setUint16(At.flags, image.architecture === "arm64" ? ARM64_FLAG : 0);
  view.setBigUint64(At.memory, BigInt(image.defaultMemoryBytes));
  view.setBigUint64(At.cpus, BigInt(image.defaultCpusCount));
  view.setUint16(At.sectionsCount, sections.length);
  let offset = HEADER_BYTES;
  for (const [index, { data }] of sections.entries()) {
    view.setBigUint64(At.offsets + 8 * index, BigInt(offset));
    view.setBigUint64(At.sizes + 8 * index, BigInt(data.length));
    offset += SECTION_HEADER_BYTES + data.length;
  }
  return header;
}

function sectionHeader({ type, data }: Section): Bytes {
  const header = new Uint8Array(SECTION_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint16(0, type);
  view.setBigUint64(4, BigInt(data.length));
  return header;
}
