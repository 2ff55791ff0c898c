import { fromBase64, toBase64 } from "@cloister/bytes";
import { keyError } from "@cloister/keys";
import { z } from "zod/mini";
import type { VaultSession } from "./session.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const ciphertextText = z.string().check(z.regex(/^vault:v[1-9]\d{0,9}:[A-Za-z0-9+/]+={0,2}$/));
const sealed = z.object({ data: z.object({ ciphertext: ciphertextText }) });
const opened = z.object({ data: z.object({ plaintext: z.string() }) });
const dataKey = z.object({ data: z.object({ ciphertext: ciphertextText, plaintext: z.string() }) });
const signed = z.object({
  data: z.object({ signature: z.string().check(z.regex(/^vault:v[1-9]\d{0,9}:/)) }),
});
const keyAnswer = z.object({
  data: z.object({
    type: z.string(),
    derived: z.boolean(),
    exportable: z.boolean(),
    deletion_allowed: z.boolean(),
    latest_version: z.number(),
    keys: z.record(z.string(), z.unknown()),
  }),
});
const publicKeyAnswer = z.object({ public_key: z.string() });

/** What Vault says about a key. */
export interface TransitKey {
  readonly type: string;
  readonly derived: boolean;
  readonly exportable: boolean;
  readonly deletionAllowed: boolean;
  readonly latestVersion: number;
  /** Of the latest version, where the key is a pair. */
  readonly publicKey: Bytes | undefined;
}

/** The transit engine's calls that are used, at one mount. */
export class Transit {
  readonly #vault: VaultSession;
  readonly #mount: string;

  constructor(vault: VaultSession, mount = "transit") {
    this.#vault = vault;
    this.#mount = mount;
  }

  async readKey(name: string): Promise<TransitKey> {
    const answer = await this.#vault.ask({ method: "GET", path: `${this.#mount}/keys/${name}` });
    const { data } = read(keyAnswer, answer);
    const pair = publicKeyAnswer.safeParse(data.keys[String(data.latest_version)]);
    return {
      type: data.type,
      derived: data.derived,
      exportable: data.exportable,
      deletionAllowed: data.deletion_allowed,
      latestVersion: data.latest_version,
      publicKey: pair.success ? decoded(pair.data.public_key) : undefined,
    };
  }

  async encrypt(name: string, plaintext: Uint8Array, context?: Uint8Array): Promise<string> {
    const body = { plaintext: toBase64(plaintext), ...contextOf(context) };
    return read(sealed, await this.#ask("encrypt", name, body)).data.ciphertext;
  }

  async decrypt(name: string, ciphertext: string, context?: Uint8Array): Promise<Bytes> {
    const answer = await this.#ask("decrypt", name, { ciphertext, ...contextOf(context) });
    return decoded(read(opened, answer).data.plaintext);
  }

  async rewrap(name: string, ciphertext: string, context?: Uint8Array): Promise<string> {
    const answer = await this.#ask("rewrap", name, { ciphertext, ...contextOf(context) });
    return read(sealed, answer).data.ciphertext;
  }

  async dataKey(
    name: string,
    { context, bits }: { readonly context?: Uint8Array; readonly bits?: number } = {},
  ): Promise<{ readonly key: Bytes; readonly ciphertext: string }> {
    const body = { ...contextOf(context), ...(bits === undefined ? {} : { bits }) };
    const { data } = read(dataKey, await this.#ask("datakey/plaintext", name, body));
    return { key: decoded(data.plaintext), ciphertext: data.ciphertext };
  }

  /** For who may write and not read: the key itself stays in Vault. */
  async wrappedDataKey(name: string, context?: Uint8Array): Promise<string> {
    return read(sealed, await this.#ask("datakey/wrapped", name, contextOf(context))).data.ciphertext;
  }

  async sign(name: string, input: Uint8Array): Promise<Bytes> {
    const { data } = read(signed, await this.#ask("sign", name, { input: toBase64(input) }));
    return decoded(data.signature.slice(data.signature.lastIndexOf(":") + 1));
  }

  /** An act: sent once. */
  async rotate(name: string): Promise<void> {
    await this.#vault.call({ method: "POST", path: `${this.#mount}/keys/${name}/rotate` });
  }

  #ask(operation: string, name: string, body: object): Promise<unknown> {
    return this.#vault.ask({ method: "POST", path: `${this.#mount}/${operation}/${name}`, body });
  }
}

/** The version in a ciphertext's prefix; undefined where that is not one of transit's. */
export function versionOf(ciphertext: string): string | undefined {
  return ciphertextText.safeParse(ciphertext).success
    ? ciphertext.slice(7, ciphertext.indexOf(":", 7))
    : undefined;
}

function contextOf(context: Uint8Array | undefined): { readonly context?: string } {
  return context ? { context: toBase64(context) } : {};
}

function read<T extends z.ZodMiniType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw keyError("KEY_ANSWER");
  return parsed.data;
}

function decoded(text: string): Bytes {
  try {
    return fromBase64(text);
  } catch {
    throw keyError("KEY_ANSWER");
  }
}
