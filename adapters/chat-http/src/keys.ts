import { BaseError, equalBytes, fromHex, isBaseError, toBase64Url, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { z } from "zod/mini";

/** What a key may do. `policy`: add rules of its own to the house's, by a system message. */
export const scopes = ["chat", "policy", "models"] as const;
export type KeyScope = (typeof scopes)[number];

const secretBytesCount = 32;
const keyPattern = /^clk_([a-z0-9-]{1,40})_[\w-]{43}$/;
const keyName = z.string().check(z.regex(/^[a-z0-9-]{1,40}$/));

const keyRecord = z.strictObject({
  /** Names the key in logs. */
  id: keyName,
  /** Who shares one allowance with it. */
  tenant: z.string().check(z.minLength(1), z.maxLength(120)),
  scopes: z.array(z.enum(scopes)).check(z.minLength(1)),
  /** The most that one answer may have. */
  maxTokensCount: z.int().check(z.positive()),
  /** SHA-256 of the whole key, hexadecimal. 256 random bits need no slow hash. */
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
const keyFile = z.array(keyRecord);

/** Files of their owner alone: `readSecret` and `writeAtomically` of `@cloister/keys-file`. */
export interface SecretFiles {
  /** @throws BaseError `KEY_FILE_MISSING`, `KEY_FILE_EXPOSED` */
  readonly read: (path: string) => Promise<string>;
  readonly write: (path: string, content: string) => Promise<void>;
}

/** A key as it is kept: its hash and what it may do. */
export type KeyRecord = z.infer<typeof keyRecord>;

/** @throws BaseError `CHAT_KEYS`, `KEY_FILE_EXPOSED`; a file that is not there has no keys */
export async function readKeys(path: string, files: SecretFiles): Promise<readonly KeyRecord[]> {
  const text = await files.read(path).catch((error: unknown) => {
    if (isBaseError(error, "KEY_FILE_MISSING")) return "[]";
    throw error;
  });
  try {
    return keyFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new BaseError("Usage", "CHAT_KEYS", `${path} is not a list of keys; restore it or begin anew`, {
      cause,
    });
  }
}

/** Makes a key and keeps its hash. The key itself is returned once and nowhere else. @throws BaseError `CHAT_KEYS` */
export async function addKey(
  path: string,
  input: Omit<KeyRecord, "hash">,
  files: SecretFiles,
): Promise<string> {
  const kept = await readKeys(path, files);
  if (kept.some(({ id }) => id === input.id)) {
    throw new BaseError(
      "Conflict",
      "CHAT_KEY_THERE",
      `there is a key ${input.id}; remove it from the file first`,
    );
  }
  const key = `clk_${input.id}_${toBase64Url(systemRandom(secretBytesCount))}`;
  const record = keyRecord.safeParse({ ...input, hash: keyHash(key) });
  if (!record.success) {
    throw new BaseError(
      "Usage",
      "CHAT_KEYS",
      "a key has a name of a-z, 0-9 and dashes, a tenant, and scopes",
    );
  }
  await files.write(path, `${JSON.stringify([...kept, record.data], undefined, 2)}\n`);
  return key;
}

/** The record of a key that a request brought (attacker-controlled), if there is one. */
export function findKey(
  keys: readonly KeyRecord[],
  authorization: string | undefined,
): KeyRecord | undefined {
  const key = /^Bearer (\S{1,120})$/.exec(authorization ?? "")?.[1] ?? "";
  const id = keyPattern.exec(key)?.[1];
  const record = keys.find((candidate) => candidate.id === id);
  return record && equalBytes(fromHex(keyHash(key)), fromHex(record.hash)) ? record : undefined;
}

/** As a key is kept: SHA-256 of the whole key, hexadecimal. */
export function keyHash(key: string): string {
  return toHex(sha256(toUtf8(key)));
}
