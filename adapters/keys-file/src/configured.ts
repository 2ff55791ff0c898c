import { open, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import type {
  ConversationRef,
  Journal,
  KeyProvider,
  RetentionHolds,
  ShredEvent,
  ShredLog,
  WrappedKeyStore,
} from "@cloister/keys";
import { type KeyStoreOpeners, keyStoreConfig, openKeyStore } from "@cloister/keys/configuration";
import { z } from "zod/mini";
import { readSecret } from "./index.ts";
import { openFileJournal, openFileWrappedKeys } from "./wrapped-keys.ts";

const text = z.string().check(z.minLength(1), z.maxLength(1024));
const configSchema = z.strictObject({
  tenant: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  production: z.boolean(),
  store: keyStoreConfig,
  /** Folder of the wrapped data keys. */
  wrapped: text,
  /** Folders of their copies: replicas, mounted backups. Shredding empties them too. */
  copies: z.array(text),
  /** Folder that remembers what a crash interrupted. */
  journal: text,
  /** JSON list of held conversations; `*` holds all. */
  holdsFile: text,
  /** What was destroyed, one JSON a line, on the disk before it happens. */
  logFile: text,
});

/** A tenant's keys, with all that acts on them. */
export interface OpenedKeys {
  readonly tenant: string;
  readonly provider: KeyProvider;
  readonly store: WrappedKeyStore;
  readonly copies: readonly WrappedKeyStore[];
  readonly journal: Journal;
  readonly holds: RetentionHolds;
  readonly log: ShredLog;
}

/**
 * Opens what a configuration file names (docs/keys.md); its paths are relative to it.
 * @param openers the key stores' adapters; the app that composes them imports them
 * @throws BaseError `KEYS_CONFIG`, and of the adapter
 */
export async function openKeys(file: string, openers: KeyStoreOpeners): Promise<OpenedKeys> {
  const config = await readConfig(file);
  const resolvePath = (path: string) => resolve(dirname(resolve(file)), path);
  const { production, tenant } = config;
  const store = openFileWrappedKeys(resolvePath(config.wrapped));
  const provider = await openKeyStore(config.store, {
    openers,
    resolvePath,
    readSecret,
    environment: process.env,
    production,
  });
  return {
    tenant,
    provider,
    store,
    copies: [store, ...config.copies.map((folder) => openFileWrappedKeys(resolvePath(folder), folder))],
    journal: openFileJournal(resolvePath(config.journal)),
    holds: { isHeld: (conversation) => isHeld(resolvePath(config.holdsFile), conversation) },
    log: { append: (event) => appendDurably(resolvePath(config.logFile), event) },
  };
}

async function readConfig(file: string): Promise<z.infer<typeof configSchema>> {
  try {
    return configSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const message = `${file} is not a configuration of keys; docs/keys.md shows one`;
    throw new BaseError("Usage", "KEYS_CONFIG", message, { cause });
  }
}

const holdsSchema = z.array(z.string());

/** Whoever cannot read the list of holds does not know that there is none. */
async function isHeld(file: string, { conversation }: ConversationRef): Promise<boolean> {
  try {
    const held = holdsSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return held.includes("*") || held.includes(conversation);
  } catch (cause) {
    const message = `${file} must be a JSON list of held conversations; an empty list is []`;
    throw new BaseError("Policy", "KEYS_HOLDS_UNKNOWN", message, { cause });
  }
}

async function appendDurably(path: string, event: ShredEvent): Promise<void> {
  const file = await open(path, "a", 0o600);
  try {
    await file.appendFile(`${JSON.stringify(event)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
