import { open, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { equalBytes, toHex } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { systemRandom } from "@cloister/crypto/random";
import {
  type ConversationRef,
  checkConversation,
  checkScope,
  type Journal,
  type KeyScope,
  keyError,
  type WrappedKey,
  type WrappedKeyRecord,
  type WrappedKeyStore,
} from "@cloister/keys";
import { isMissing, namesIn, readIfThere } from "./files.ts";
import { syncFolder, writeAtomically, writeSecretOnce } from "./index.ts";

const MAX_VERSION_BYTES = 256;
const MAX_WRAPPED_BYTES = 8_192;
const recordName = /^(\d+)\.(\d+)\.key$/;

/**
 * Wrapped keys as files, `<folder>/<tenant>/<conversation>/<epoch>.<version>.key`. A copy of the folder is
 * a place of its own: open it under another name, so that shredding reaches it.
 */
export function openFileWrappedKeys(folder: string, name = "wrapped keys"): WrappedKeyStore {
  return new FileWrappedKeys(folder, name);
}

class FileWrappedKeys implements WrappedKeyStore {
  readonly name: string;
  readonly #folder: string;

  constructor(folder: string, name: string) {
    this.name = name;
    this.#folder = folder;
  }

  async get(scope: KeyScope): Promise<WrappedKeyRecord | undefined> {
    const bytes = await readIfThere(this.#path(scope));
    return bytes && { scope, wrapped: decodeWrapped(bytes) };
  }

  async create({ scope, wrapped }: WrappedKeyRecord): Promise<void> {
    const path = this.#path(scope);
    await writeSecretOnce(path, () => encodeWrapped(wrapped));
    const there = await this.get(scope);
    if (!there || !equalBytes(there.wrapped.bytes, wrapped.bytes)) throw keyError("RECORD_CHANGED");
  }

  async replace({ scope, wrapped }: WrappedKeyRecord, before: WrappedKey): Promise<void> {
    const path = this.#path(scope);
    const there = await this.get(scope);
    if (!there || !equalBytes(there.wrapped.bytes, before.bytes)) throw keyError("RECORD_CHANGED");
    // Written beside it without making the folder: where shredding took that away, nothing comes back.
    const temporary = `${path}.${toHex(systemRandom(8))}.new`;
    try {
      await writeDurably(temporary, encodeWrapped(wrapped), "wx");
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (cause) {
      await rm(temporary, { force: true });
      throw isMissing(cause) ? keyError("RECORD_CHANGED", { cause }) : cause;
    }
  }

  async *list(tenant: string): AsyncIterable<WrappedKeyRecord> {
    checkConversation({ tenant, conversation: "any" });
    for (const conversation of await namesIn(join(this.#folder, tenant))) {
      for (const name of await namesIn(join(this.#folder, tenant, conversation))) {
        const [, epoch, version] = recordName.exec(name) ?? [];
        if (epoch === undefined || version === undefined) continue;
        const scope = { tenant, conversation, epoch: Number(epoch), version: Number(version) };
        const record = await this.get(scope);
        if (record) yield record;
      }
    }
  }

  async destroy(conversation: ConversationRef): Promise<number> {
    const folder = this.#conversation(conversation);
    const names = await namesIn(folder);
    // What was half written counts as a copy too.
    for (const name of names) await destroyFile(join(folder, name));
    if (names.length > 0) await syncFolder(folder);
    await rmdir(folder).catch((error: unknown) => {
      if (!isMissing(error)) throw keyError("SHRED_INCOMPLETE", { detail: this.name, cause: error });
    });
    if (names.length > 0) await syncFolder(dirname(folder));
    return names.filter((name) => recordName.test(name)).length;
  }

  async count(conversation: ConversationRef): Promise<number> {
    return (await namesIn(this.#conversation(conversation))).length;
  }

  #conversation(ref: ConversationRef): string {
    checkConversation(ref);
    return join(this.#folder, ref.tenant, ref.conversation);
  }

  #path(scope: KeyScope): string {
    checkScope(scope);
    return join(this.#conversation(scope), `${scope.epoch}.${scope.version}.key`);
  }
}

/** The journal of rotations and shreddings, one file each. */
export function openFileJournal(folder: string): Journal {
  const path = (name: string) => {
    // Names are made of scopes' ids and dots; a path never is.
    if (!/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name)) throw keyError("KEY_SCOPE");
    return join(folder, `${name}.state`);
  };
  return {
    read: (name) => readIfThere(path(name)),
    write: (name, state) => writeAtomically(path(name), state),
    names: async () =>
      (await namesIn(folder)).flatMap((name) => (name.endsWith(".state") ? [name.slice(0, -6)] : [])),
  };
}

function encodeWrapped({ version, bytes }: WrappedKey): Uint8Array {
  return encodeCbor({ format: 1, version, bytes });
}

function decodeWrapped(encoded: Uint8Array): WrappedKey {
  try {
    const fields = readMap(decodeCbor(encoded));
    fields.uint("format", { max: 1 });
    const version = fields.text("version", { maxBytes: MAX_VERSION_BYTES });
    const bytes = fields.bytes("bytes", { maxBytes: MAX_WRAPPED_BYTES });
    fields.end();
    return { version, bytes };
  } catch (cause) {
    throw keyError("KEY_UNWRAP", { detail: "the file is damaged; restore it from your copy", cause });
  }
}

/** Overwritten before it goes. Journals and flash may keep an older copy: rotate afterwards, see docs/keys.md. */
async function destroyFile(path: string): Promise<void> {
  const { length } = await readFile(path);
  await writeDurably(path, new Uint8Array(length), "r+");
  await rm(path);
}

async function writeDurably(path: string, content: Uint8Array, flags: "wx" | "r+"): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
