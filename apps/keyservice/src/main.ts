import { open } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { isBaseError } from "@cloister/bytes";
import { type KeyStoreOpeners, openKeyStore } from "@cloister/keys/configuration";
import type { AwsCredentials } from "@cloister/keys/sigv4";
import { readSecret } from "@cloister/keys-file";
import { z } from "zod/mini";
import { type KeyServiceConfig, policyOf, readConfig } from "./config.ts";
import { startKeyService } from "./server.ts";
import type { ReleasableKey, ReleaseLog } from "./service.ts";

const usage = `cloister keyservice: releases keys to attested enclaves alone

node src/main.ts --config FILE   see README.md for the file
`;

/** Loaded when a configuration names them: a PKCS#11 module is not there for everybody. */
const openers: KeyStoreOpeners = {
  file: async (options) => (await import("@cloister/keys-file/provider")).openFileKeys(options),
  pkcs11: async (options) => (await import("@cloister/keys-pkcs11")).openPkcs11Keys(options),
  vault: async (options) => (await import("@cloister/keys-vault")).openVaultKeys(options),
  "aws-kms": async (options) => (await import("@cloister/keys-aws-kms")).openAwsKeys(options),
};

async function main(): Promise<void> {
  process.umask(0o077);
  const { values } = parseArgs({ options: { config: { type: "string" }, help: { type: "boolean" } } });
  if (values.config === undefined || values.help) {
    process.stdout.write(usage);
    return;
  }
  const config = await readConfig(values.config);
  const keys = await openKeys(config);
  const log = await openLog(resolve(config.folder, config.logFile));
  const accessKeys = await readAccessKeys(resolve(config.folder, config.accessKeysFile));
  const service = await startKeyService(
    { keys, log, now: Date.now, region: config.region, credentials: (id) => accessKeys.get(id) },
    config.listen,
  );
  process.stdout.write(`${JSON.stringify({ listening: service.port, keys: [...keys.keys()] })}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());
  });
  await service.close();
  for (const { provider } of keys.values()) await provider.close();
  await log.close();
}

async function openKeys(config: KeyServiceConfig): Promise<ReadonlyMap<string, ReleasableKey>> {
  const { folder, production } = config;
  const ports = {
    openers,
    resolvePath: (path: string) => resolve(folder, path),
    readSecret,
    environment: process.env,
    production,
  };
  const entries = config.keys.map(async (key) => {
    const [provider, policy] = await Promise.all([openKeyStore(key.store, ports), policyOf(key, folder)]);
    return [key.id, { provider, tenant: key.tenant, policy }] as const;
  });
  return new Map(await Promise.all(entries));
}

async function openLog(path: string): Promise<ReleaseLog & { close(): Promise<void> }> {
  const file = await open(path, "a", 0o600);
  return {
    append: async (event) => {
      await file.appendFile(`${JSON.stringify(event)}\n`);
      await file.datasync();
    },
    close: () => file.close(),
  };
}

const accessKeysSchema = z.record(
  z.string().check(z.regex(/^[\w-]{1,128}$/)),
  z.string().check(z.minLength(32)),
);

async function readAccessKeys(file: string): Promise<ReadonlyMap<string, AwsCredentials>> {
  const parsed = accessKeysSchema.parse(JSON.parse(await readSecret(file)));
  return new Map(
    Object.entries(parsed).map(([accessKeyId, secretAccessKey]) => [
      accessKeyId,
      { accessKeyId, secretAccessKey },
    ]),
  );
}

try {
  await main();
} catch (error) {
  // A schema's own errors may quote what is in a secret file.
  const said = isBaseError(error) ? `${error.code}: ${error.message}` : "a configuration file is damaged";
  process.stderr.write(`cloister keyservice: ${said}\n`);
  process.exitCode = 1;
}
