import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A text as it could lie in a file: UTF-8, UTF-16, hexadecimal, and base64 at each of its three offsets. */
function disguises(text: string): Buffer[] {
  const utf8 = Buffer.from(text, "utf8");
  const utf16 = Buffer.from(text, "utf16le");
  const hex = utf8.toString("hex");
  return [
    utf8,
    utf16,
    Buffer.from(utf16).swap16(),
    Buffer.from(hex),
    Buffer.from(hex.toUpperCase()),
    ...[0, 1, 2].map((offset) => Buffer.from(base64Inside(utf8, offset))),
  ];
}

/** The characters of base64 that depend on `bytes` alone when they begin at `offset` modulo 3. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** Whether a text occurs in some bytes, in any disguise. */
export function holds(bytes: Uint8Array, text: string): boolean {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return disguises(text).some((needle) => haystack.includes(needle));
}

/** Searches every file in a folder, at any depth. Files that vanish meanwhile are left out. */
export async function searchFolder(
  folder: string,
  text: string,
): Promise<{ readonly searched: readonly string[]; readonly found: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const searched = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of searched) {
    const bytes = await readFile(file).catch(() => new Uint8Array());
    if (holds(bytes, text)) found.push(file);
  }
  return { searched, found };
}
