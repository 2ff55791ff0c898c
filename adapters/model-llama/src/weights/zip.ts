import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createInflateRaw } from "node:zlib";
import { BaseError } from "@cloister/bytes";

const maxCommentBytes = 65_535;
const endRecordBytes = 22;
const maxDirectoryBytes = 16 * 1024 * 1024;

interface Member {
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerAt: number;
}

/**
 * One member of a ZIP file (APPNOTE 6.3, without ZIP64), unpacked as it is read. The archive is
 * attacker-controlled: nothing beyond the size it states comes out.
 * @throws BaseError `MODEL_ARCHIVE`
 */
export async function* readZipMember(path: string, name: string): AsyncGenerator<Buffer, void, undefined> {
  const { method, packedBytes, sizeBytes, headerAt } = await find(path, name);
  const header = await readAt(path, headerAt, 30);
  if (header.readUInt32LE(0) !== 0x0403_4b50) throw broken("its directory points nowhere");
  const start = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (packedBytes === 0) return;
  const packed = createReadStream(path, { start, end: start + packedBytes - 1 });
  const inflate = createInflateRaw();
  packed.once("error", (error) => inflate.destroy(error));
  let length = 0;
  try {
    for await (const chunk of (method === 0 ? packed : packed.pipe(inflate)) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > sizeBytes) throw broken("a member is longer than it says");
      yield chunk;
    }
  } catch (error) {
    throw error instanceof BaseError ? error : broken("a member cannot be unpacked");
  } finally {
    packed.destroy();
    inflate.destroy();
  }
}

async function find(path: string, name: string): Promise<Member> {
  const { size } = await stat(path);
  const tailBytes = Math.min(size, endRecordBytes + maxCommentBytes);
  const tail = await readAt(path, size - tailBytes, tailBytes);
  const endAt = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (endAt === -1 || endAt + endRecordBytes > tail.length) throw broken("it is no ZIP file");
  const [directoryBytes, directoryAt] = [tail.readUInt32LE(endAt + 12), tail.readUInt32LE(endAt + 16)];
  if (directoryBytes > maxDirectoryBytes) throw broken("its directory is too long");
  const directory = await readAt(path, directoryAt, directoryBytes);
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x0201_4b50; ) {
    const nameBytes = directory.readUInt16LE(at + 28);
    if (directory.toString("utf8", at + 46, at + 46 + nameBytes) === name) return member(directory, at);
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw broken("it does not hold the weights");
}

function member(directory: Buffer, at: number): Member {
  const found = {
    method: directory.readUInt16LE(at + 10),
    packedBytes: directory.readUInt32LE(at + 20),
    sizeBytes: directory.readUInt32LE(at + 24),
    headerAt: directory.readUInt32LE(at + 42),
  };
  const isEncrypted = (directory.readUInt16LE(at + 8) & 1) !== 0;
  const isZip64 = [found.packedBytes, found.sizeBytes, found.headerAt].includes(0xffff_ffff);
  if (isEncrypted || isZip64 || (found.method !== 0 && found.method !== 8)) {
    throw broken("a member is of a kind that wheels do not have");
  }
  return found;
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(length), position });
    if (bytesRead !== length) throw broken("it is cut off");
    return buffer;
  } finally {
    await handle.close();
  }
}

function broken(why: string): BaseError {
  return new BaseError("Decode", "MODEL_ARCHIVE", `the wheel cannot be read: ${why}; fetch it again`);
}
