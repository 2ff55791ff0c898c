import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { BaseError, fromHex, toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";

const seedBytesCount = 32;

/**
 * A 32-byte secret from a file of 64 hexadecimal digits, made at first use with mode 0600.
 * Whoever loses the file loses what it guards: keep a copy apart from the data.
 * @throws BaseError `KEY_FILE_INVALID`, `KEY_FILE_EXPOSED`
 */
export async function loadSeed(path: string): Promise<Uint8Array<ArrayBuffer>> {
  await writeSecretOnce(path, () => toHex(systemRandom(seedBytesCount)));
  const text = (await readSecret(path)).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new BaseError(
      "Usage",
      "KEY_FILE_INVALID",
      `${path} is not 64 hexadecimal digits; restore it from your copy`,
    );
  }
  return fromHex(text);
}

/**
 * The text of a secret file that must be there and be its owner's alone.
 * @throws BaseError `KEY_FILE_MISSING`, `KEY_FILE_EXPOSED`
 */
export async function readSecret(path: string): Promise<string> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw new BaseError("Usage", "KEY_FILE_MISSING", `${path} is not there`, { cause });
  });
  if (process.platform !== "win32" && (entry.mode & 0o077) !== 0) {
    throw new BaseError("Usage", "KEY_FILE_EXPOSED", `${path} can be read by others; chmod 600 it`);
  }
  return readFile(path, "utf8");
}

/** Creates a secret (mode 0600) unless it is there; a process that was faster wins. Durable when it returns. */
export async function writeSecretOnce(
  path: string,
  make: () => string | Uint8Array | Promise<string>,
): Promise<void> {
  if (await isThere(path)) return;
  const temporary = await writeBeside(path, await make());
  try {
    // link() refuses to replace a file that appeared meanwhile; rename() would not.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Replaces a file (mode 0600) as a whole or not at all. Durable when it returns. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await rename(await writeBeside(path, content), path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable, after a file came, went or was renamed. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; its file systems write names through.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeBeside(path: string, content: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Its own name for each call, so that two at once do not take each other's file away.
  const temporary = `${path}.${toHex(systemRandom(8))}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
}
