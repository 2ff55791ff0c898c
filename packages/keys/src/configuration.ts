/** Where a tenant's keys are kept, as a configuration file says it. Secrets are in files of their own. */
import { toUtf8 } from "@cloister/bytes";
import { z } from "zod/mini";
import type { KeyProvider } from "./port.ts";
import { keyError } from "./rules.ts";
import type { AwsCredentials } from "./sigv4.ts";

const text = z.string().check(z.minLength(1), z.maxLength(1024));

const vaultLogin = z.discriminatedUnion("method", [
  z.strictObject({
    method: z.literal("approle"),
    mount: z.exactOptional(text),
    roleId: text,
    secretIdFile: text,
  }),
  z.strictObject({
    method: z.literal("kubernetes"),
    mount: z.exactOptional(text),
    role: text,
    tokenFile: z.exactOptional(text),
  }),
]);

/** Schema of a key store's entry in a configuration file. */
export const keyStoreConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    folder: text,
    passphraseFile: text,
    allowInProduction: z.exactOptional(z.boolean()),
  }),
  z.strictObject({
    kind: z.literal("pkcs11"),
    library: text,
    tokenLabel: text,
    pinFile: text,
    label: text,
    create: z.exactOptional(z.boolean()),
  }),
  z.strictObject({
    kind: z.literal("vault"),
    address: text,
    namespace: z.exactOptional(text),
    mount: z.exactOptional(text),
    wrappingKey: text,
    signingKey: text,
    login: vaultLogin,
  }),
  z.strictObject({
    kind: z.literal("aws-kms"),
    region: text,
    endpoint: z.exactOptional(text),
    wrappingKey: text,
    signingKey: text,
  }),
]);

/** Where a tenant's keys are kept. */
export type KeyStoreConfig = z.infer<typeof keyStoreConfig>;
type Config<Kind extends KeyStoreConfig["kind"]> = Extract<KeyStoreConfig, { kind: Kind }>;
type Login = Config<"vault">["login"];
type ResolvedLogin =
  | (Omit<Extract<Login, { method: "approle" }>, "secretIdFile"> & {
      readonly secretId: () => Promise<string>;
    })
  | Extract<Login, { method: "kubernetes" }>;

/** The adapters, as the app that composes them imports them. Each gets its configuration with its secrets. */
export interface KeyStoreOpeners {
  file(
    options: Config<"file"> & { readonly passphrase: Uint8Array; readonly production: boolean },
  ): Promise<KeyProvider>;
  pkcs11(options: Config<"pkcs11"> & { readonly pin: string }): Promise<KeyProvider>;
  vault(options: Omit<Config<"vault">, "login"> & { readonly login: ResolvedLogin }): Promise<KeyProvider>;
  "aws-kms"(
    options: Config<"aws-kms"> & { readonly credentials: () => Promise<AwsCredentials> },
  ): Promise<KeyProvider>;
}

/** What opening needs from outside. */
export interface OpeningPorts {
  readonly openers: KeyStoreOpeners;
  /** Paths in the configuration are relative to it. */
  readonly resolvePath: (path: string) => string;
  /** The text of a file that only its owner can read. */
  readonly readSecret: (path: string) => Promise<string>;
  /** Variables of the process, for AWS's credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly production: boolean;
}

/** Opens what a configuration names. @throws BaseError of the adapter */
export async function openKeyStore(config: KeyStoreConfig, ports: OpeningPorts): Promise<KeyProvider> {
  const { openers, environment, production, resolvePath } = ports;
  const secret = async (path: string) => (await ports.readSecret(resolvePath(path))).trim();
  switch (config.kind) {
    case "file":
      return openers.file({
        ...config,
        folder: resolvePath(config.folder),
        passphrase: toUtf8(await secret(config.passphraseFile)),
        production,
      });
    case "pkcs11":
      return openers.pkcs11({ ...config, pin: await secret(config.pinFile) });
    case "vault":
      return openers.vault({ ...config, login: resolveLogin(config.login, secret) });
    case "aws-kms":
      return openers["aws-kms"]({ ...config, credentials: async () => environmentCredentials(environment) });
  }
}

function resolveLogin(login: Login, secret: (path: string) => Promise<string>): ResolvedLogin {
  if (login.method === "kubernetes") return login;
  const { secretIdFile, ...rest } = login;
  return { ...rest, secretId: () => secret(secretIdFile) };
}

function environmentCredentials(environment: OpeningPorts["environment"]): AwsCredentials {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  if (!accessKeyId || !secretAccessKey) {
    throw keyError("KEY_CONFIGURATION", { detail: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" });
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
