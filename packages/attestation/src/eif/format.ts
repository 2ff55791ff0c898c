/**
 * The Enclave Image Format, version 4 (aws-nitro-enclaves-image-format, src/defs): a header, then sections,
 * everything big-endian.
 */

/** ".eif" */
export const MAGIC = 0x2e656966;
export const VERSION = 4;
export const HEADER_BYTES = 548;
export const SECTION_HEADER_BYTES = 12;
export const MAX_SECTIONS = 32;
export const ARM64_FLAG = 1;
/** Where each field of the header is. */
export const At = {
  magic: 0,
  version: 4,
  flags: 6,
  memory: 8,
  cpus: 16,
  reserved: 24,
  sectionsCount: 26,
  offsets: 28,
  sizes: 284,
  unused: 540,
  checksum: 544,
} as const;

export const SectionType = { kernel: 1, commandLine: 2, ramdisk: 3, signature: 4, metadata: 5 } as const;

/** What an image is put together from, and what is read back from one. */
export interface EifImage {
  readonly architecture: "x86_64" | "arm64";
  /** What nitro-cli takes unless it is told otherwise. Not measured. */
  readonly defaultMemoryBytes: number;
  /** Not measured. */
  readonly defaultCpusCount: number;
  readonly kernel: Uint8Array;
  /** Printable ASCII. */
  readonly commandLine: string;
  /** The first boots the machine (PCR1), the others are the application (PCR2). */
  readonly ramdisks: readonly Uint8Array[];
  /** JSON for people and tools. Not measured: nothing may depend on it. */
  readonly metadata: EifMetadata;
}

/** How an image came to be. */
export interface EifMetadata {
  readonly imageName: string;
  readonly imageVersion: string;
  /** ISO 8601. A fixed date, so that two builds are equal. */
  readonly buildTime: string;
  readonly buildTool: string;
  readonly buildToolVersion: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  /** More, such as the packages that went in. */
  readonly custom?: Readonly<Record<string, string>>;
}
