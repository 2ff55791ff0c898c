import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { awsNitroRoot } from "@cloister/attestation";
import { BaseError, fromBase64, fromHex, isBaseError } from "@cloister/bytes";
import { keyStoreConfig } from "@cloister/keys/configuration";
import { z } from "zod/mini";
import type { ReleasePolicy } from "./evidence.ts";

const text = z.string().check(z.minLength(1), z.maxLength(1024));
const count = z.int().check(z.positive());
/** PCRs by index, 96 hex digits each; PCR0 must be among them. */
const measurement = z.record(
  z.string().check(z.regex(/^\d{1,2}$/)),
  z.string().check(z.regex(/^[0-9a-f]{96}$/i)),
);

const configSchema = z.strictObject({
  listen: z.strictObject({ host: text, port: z.int().check(z.minimum(0), z.maximum(65_535)) }),
  /** Part of every signature; any AWS region's name. */
  region: text,
  /** File of its owner's alone: JSON of access key id to secret. */
  accessKeysFile: text,
  /** Every release and refusal, one JSON a line, on the disk before the answer. */
  logFile: text,
  production: z.boolean(),
  keys: z
    .array(
      z.strictObject({
        id: text,
        tenant: text,
        store: keyStoreConfig,
        measurements: z.array(measurement).check(z.minLength(1)),
        /** `aws-nitro`, or a PEM file of a root for development, which production refuses. */
        root: text,
        maxAgeMs: z.optional(count),
      }),
    )
    .check(z.minLength(1)),
});

/** What the configuration file says; its paths are relative to it. */
export type KeyServiceConfig = z.infer<typeof configSchema> & { readonly folder: string };

const FIVE_MINUTES_MS = 300_000;
const ONE_MINUTE_MS = 60_000;
const AWS_NITRO = "aws-nitro";

/** @throws BaseError `KEYSERVICE_CONFIG` */
export async function readConfig(file: string): Promise<KeyServiceConfig> {
  try {
    const config = configSchema.parse(JSON.parse(await readFile(file, "utf8")));
    if (config.production && config.keys.some(({ root }) => root !== AWS_NITRO)) {
      throw refused('a development root is refused in production; say "root": "aws-nitro"');
    }
    return { ...config, folder: dirname(resolve(file)) };
  } catch (cause) {
    if (isBaseError(cause)) throw cause;
    throw refused(`${file} is not a configuration of the key service; see its README`, cause);
  }
}

/** To whom a key is released. @throws BaseError `KEYSERVICE_CONFIG` */
export async function policyOf(
  key: KeyServiceConfig["keys"][number],
  folder: string,
): Promise<ReleasePolicy> {
  const anchor =
    key.root === AWS_NITRO
      ? ({ backing: "hardware", certificate: awsNitroRoot } as const)
      : ({ backing: "development", certificate: await readPem(resolve(folder, key.root)) } as const);
  return {
    anchors: [anchor],
    referenceValues: key.measurements.map(
      (pcrs) => new Map(Object.entries(pcrs).map(([index, digest]) => [Number(index), fromHex(digest)])),
    ),
    // A debug enclave's memory is its host's; there is no switch for it.
    allowDebug: false,
    maxAgeMs: key.maxAgeMs ?? FIVE_MINUTES_MS,
    maxFutureSkewMs: ONE_MINUTE_MS,
  };
}

async function readPem(file: string): Promise<Uint8Array> {
  try {
    return fromBase64((await readFile(file, "utf8")).replaceAll(/-----.*-----|\s/g, ""));
  } catch (cause) {
    throw refused(`${file} is not a certificate in PEM`, cause);
  }
}

function refused(message: string, cause?: unknown): BaseError {
  return new BaseError("Usage", "KEYSERVICE_CONFIG", message, { cause });
}
