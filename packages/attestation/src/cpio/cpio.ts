/**
 * Root file systems as the Linux kernel unpacks them (Documentation/driver-api/early-userspace/buffer-format,
 * "newc"). Not compressed: zlib's output depends on its version and on the processor, and a measurement must
 * not. The same entries give the same bytes, whatever their order, owner and age.
 */
import { BaseError, concatBytes, toUtf8 } from "@cloister/bytes";

type Bytes = Uint8Array<ArrayBuffer>;

/** One file, folder or symbolic link. Everything belongs to root and is from 1970. */
export type CpioEntry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: Uint8Array;
      /** 0755 instead of 0644. */
      readonly executable: boolean;
    };

/** What entries must be. */
export const cpioRules = {
  CPIO_PATH: ["Usage", "a path is relative, of 1 to 255 plain names, without . and .."],
  CPIO_DUPLICATE: ["Usage", "no path is there twice, and what has others below it is a folder"],
  CPIO_SIZE: ["Usage", "a file has less than 4 GiB"],
} as const;

/** Code of a rule in {@link cpioRules}. */
export type CpioCode = keyof typeof cpioRules;

const FOLDER = 0o040755;
const LINK = 0o120777;
const EXECUTABLE = 0o100755;
const FILE = 0o100644;
const MAX_FILE_BYTES = 0xffff_ffff;
/** Archives may follow one another in memory; the kernel skips zeros between them. */
const BLOCK_BYTES = 512;
const pathForm = /^(?!\/)(?:(?:^|\/)(?!\.\.?(?:\/|$))[\w.@+~:-]{1,255}){1,255}$/;
const empty = new Uint8Array();

/** Writes an archive; folders that entries lie in are made. @throws BaseError with a code of {@link cpioRules} */
export function encodeCpio(entries: readonly CpioEntry[]): Bytes {
  const sorted = withFolders(entries).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const records = sorted.flatMap((entry, index) => recordOf(entry, index + 1));
  const pieces = [...records, ...record({ name: "TRAILER!!!", mode: 0, inode: 0, content: empty })];
  const length = pieces.reduce((total, { length: more }) => total + more, 0);
  return concatBytes(...pieces, new Uint8Array(padding(length, BLOCK_BYTES)));
}

function withFolders(entries: readonly CpioEntry[]): CpioEntry[] {
  const byPath = new Map<string, CpioEntry>();
  for (const entry of entries) {
    if (!pathForm.test(entry.path)) throw broken("CPIO_PATH");
    if (byPath.has(entry.path)) throw broken("CPIO_DUPLICATE");
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    const names = path.split("/");
    for (let depth = 1; depth < names.length; depth += 1) {
      const parent = names.slice(0, depth).join("/");
      const known = byPath.get(parent) ?? { kind: "folder", path: parent };
      if (known.kind !== "folder") throw broken("CPIO_DUPLICATE");
      byPath.set(parent, known);
    }
  }
  return [...byPath.values()];
}

function recordOf(entry: CpioEntry, inode: number): Uint8Array[] {
  switch (entry.kind) {
    case "folder":
      return record({ name: entry.path, mode: FOLDER, inode, content: empty });
    case "link":
      return record({ name: entry.path, mode: LINK, inode, content: toUtf8(entry.target) });
    case "file":
      if (entry.content.length > MAX_FILE_BYTES) throw broken("CPIO_SIZE");
      return record({
        name: entry.path,
        mode: entry.executable ? EXECUTABLE : FILE,
        inode,
        content: entry.content,
      });
  }
}

/** A header of hexadecimal fields, the name, the content, each filled up to four bytes. */
function record(input: {
  readonly name: string;
  readonly mode: number;
  readonly inode: number;
  readonly content: Uint8Array;
}): Uint8Array[] {
  const name = toUtf8(`${input.name}\0`);
  const [user, group, modified, deviceMajor, deviceMinor, check] = [0, 0, 0, 0, 0, 0];
  const fields = [
    input.inode,
    input.mode,
    user,
    group,
    input.mode === FOLDER ? 2 : 1, // links
    modified,
    input.content.length,
    deviceMajor,
    deviceMinor,
    0,
    0,
    name.length,
    check,
  ];
  const head = concatBytes(toUtf8(`070701${fields.map((field) => hex8(field)).join("")}`), name);
  return [head, filler(head), input.content, filler(input.content)];
}

function filler({ length }: Uint8Array): Bytes {
  return new Uint8Array(padding(length, 4));
}

function padding(length: number, unit: number): number {
  return (unit - (length % unit)) % unit;
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function broken(code: CpioCode): BaseError<CpioCode> {
  const [family, rule] = cpioRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`);
}
