import { readFile, stat } from "node:fs/promises";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { Vault } from "@cloister/deid";
import { loadSeed, readSecret, writeAtomically } from "@cloister/keys-file";
import { exists } from "../files.ts";

const maxDocumentBytes = 64 * 1024 * 1024;

/** A document from a file, or from standard input for `-`. @throws BaseError `DOCUMENT_MISSING`, `DOCUMENT_SIZE`, `DOCUMENT_ENCODING` */
export async function readDocument(file: string): Promise<string> {
  const bytes = file === "-" ? await readInput() : await readNamed(file);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BaseError(
      "Decode",
      "DOCUMENT_ENCODING",
      "the document is not UTF-8; convert it first, such as with iconv",
    );
  }
}

async function readNamed(file: string): Promise<Uint8Array> {
  const entry = await stat(file).catch(() => undefined);
  if (entry === undefined || !entry.isFile())
    throw new BaseError("Usage", "DOCUMENT_MISSING", `${file} is not a file that can be read`);
  if (entry.size > maxDocumentBytes) throw tooLarge();
  return readFile(file);
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxDocumentBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): BaseError {
  return new BaseError(
    "Usage",
    "DOCUMENT_SIZE",
    `a document has at most ${maxDocumentBytes / 1024 / 1024} MiB; split it`,
  );
}

/** A vault on the disk: its sealed file, and beside it or elsewhere the key that opens it. */
export interface VaultFile {
  readonly file: string;
  readonly keyFile: string;
}

/** The vault of a file, or a new one where there is none. @throws BaseError `DECRYPT_FAILED`, `VAULT_VERSION`, `KEY_FILE_…` */
export async function openVault(at: VaultFile | undefined): Promise<Vault> {
  if (at === undefined || !(await exists(at.file))) return Vault.create(systemRandom);
  // A vault without its key is no place to make a new one.
  await readSecret(at.keyFile);
  return Vault.open(new Uint8Array(await readFile(at.file)), await loadSeed(at.keyFile), systemRandom);
}

/** Seals the vault, whole or not at all, under a key that is made at first use. */
export async function saveVault(vault: Vault, { file, keyFile }: VaultFile): Promise<void> {
  await writeAtomically(file, vault.seal(await loadSeed(keyFile)));
}
