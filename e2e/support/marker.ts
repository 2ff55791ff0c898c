import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, constants, inflateRawSync } from "node:zlib";

/** In how many places, and how, a text shows in bytes that should not hold it. */
export interface MarkerHit {
  readonly where: string;
  readonly encoding: string;
}

/** Every way in which a text might lie in bytes: raw, hexadecimal, UTF-16, and base64 at each alignment. */
function encodings(marker: string): readonly (readonly [string, Buffer])[] {
  const raw = Buffer.from(marker, "utf8");
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), raw]).toString("base64");
    // Only characters that are made of the marker's bytes alone.
    const start = shift === 0 ? 0 : shift + 1;
    const end = Math.floor(((shift + raw.length) * 8) / 6);
    return text.slice(start, end);
  });
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const utf16 = Buffer.from(marker, "utf16le");
  return [
    ["raw", raw],
    ["hex", Buffer.from(raw.toString("hex"))],
    ["HEX", Buffer.from(raw.toString("hex").toUpperCase())],
    ["utf16le", utf16],
    ["utf16be", Buffer.from(utf16).swap16()],
    ...[...base64, ...urlSafe].map((text) => ["base64", Buffer.from(text)] as const),
  ];
}

/** Looks for the marker in bytes and in every compressed stream that begins in them. */
export function findMarker(where: string, bytes: Buffer, marker: string): MarkerHit[] {
  const needles = encodings(marker);
  const hits = needles
    .filter(([, needle]) => bytes.includes(needle))
    .map(([encoding]) => ({ where, encoding }));
  for (const [encoding, content] of decompressed(bytes)) {
    if (needles.some(([, needle]) => content.includes(needle))) hits.push({ where, encoding });
  }
  return hits;
}

/** Gzip (RFC 1952) and zlib (RFC 1950) are deflate streams behind a header of this many bytes. */
const headers = [
  { name: "gzip", magic: 0x1f, second: [0x8b], headerBytes: 10 },
  { name: "zlib", magic: 0x78, second: [0x01, 0x5e, 0x9c, 0xda], headerBytes: 2 },
] as const;
const limits = { maxOutputLength: 4_000_000, finishFlush: constants.Z_SYNC_FLUSH };

function* decompressed(bytes: Buffer): Generator<readonly [string, Buffer]> {
  for (const { name, magic, second, headerBytes } of headers) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      if (!second.some((byte) => byte === bytes[at + 1])) continue;
      const content = quietly(() => inflateRawSync(bytes.subarray(at + headerBytes), limits));
      if (content !== undefined) yield [name, content];
    }
  }
  // Formats without a signature can only be tried from the beginning.
  const raw = quietly(() => inflateRawSync(bytes, limits));
  if (raw !== undefined) yield ["deflate", raw];
  const brotli = quietly(() => brotliDecompressSync(bytes, { maxOutputLength: 4_000_000 }));
  if (brotli !== undefined) yield ["brotli", brotli];
}

function quietly(work: () => Buffer): Buffer | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Looks through every file under a folder. */
export async function findMarkerInFolder(folder: string, marker: string): Promise<MarkerHit[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hits: MarkerHit[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    hits.push(...findMarker(path, await readFile(path), marker));
  }
  return hits;
}
