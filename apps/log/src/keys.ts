import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { BaseError, fromHex, toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";

const seedBytesCount = 32;

/**
 * The log's Ed25519 seed (32 bytes) from DIR/log.key, made on first start with mode 0600. Whoever loses it
 * ends the log: keep a copy apart from the data.
 * @throws BaseError `LOG_KEY_INVALID`, `LOG_KEY_EXPOSED`
 */
export async function loadSeed(dataDir: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "log.key");
  const text = (await read(path)) ?? (await create(path));
  if (!/^[0-9a-f]{64}\n$/.test(text)) {
    throw new BaseError(
      "Usage",
      "LOG_KEY_INVALID",
      "log.key is not 64 hex digits; restore it from your copy",
    );
  }
  return fromHex(text.trimEnd());
}

async function read(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new BaseError("Usage", "LOG_KEY_EXPOSED", "log.key can be read by others; chmod 600 it");
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** link() refuses to replace a key that another process made meanwhile; then that one counts. */
async function create(path: string): Promise<string> {
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`${toHex(systemRandom(seedBytesCount))}\n`);
    await file.sync();
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
  return readFile(path, "utf8");
}
