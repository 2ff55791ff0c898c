import { concatBytes, readUint32, toHex, uint32, zeroise } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import {
  KEY_BYTES,
  type KeyProvider,
  type KeyScope,
  keyError,
  scopeBytes,
  type WrappedKey,
} from "@cloister/keys";
import { type Attribute, ck, type Handle, type Mechanism, returnValue } from "./binding.ts";
import { isSessionLost, openToken, type Token, type TokenOptions, translate } from "./token.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;
const SUFFIX_BYTES = 8;
/** PrintableString "edwards25519" (PKCS#11 3.0 section 2.3.10), what SoftHSM2 and most modules take. */
const EDWARDS25519 = Buffer.from("130c656477617264733235353139", "hex");

/** Which token, and which keys on it. */
export interface Pkcs11KeysOptions extends TokenOptions {
  /** CKA_LABEL of the tenant's keys; one tenant, one label. */
  readonly label: string;
  /** Makes the first keys where there are none. Else their absence is an error: a wrong label, most likely. */
  readonly create?: boolean;
}

/**
 * Keys in a PKCS#11 token. Key-encryption keys are AES-256, sensitive and not extractable; data keys are
 * wrapped with AES-GCM and the scope as associated data, which the wrapping mechanisms cannot bind.
 * @throws BaseError `KEY_PKCS11_NOT_INSTALLED`, `KEY_CONFIGURATION`, `KEY_MISSING`, `KEY_DENIED`, `KEY_UNAVAILABLE`
 */
export async function openPkcs11Keys(options: Pkcs11KeysOptions): Promise<KeyProvider> {
  const token = openToken(options);
  try {
    const keys = new Pkcs11Keys(token, options.label);
    if (options.create === true) keys.createMissing();
    await keys.status();
    return keys;
  } catch (error) {
    token.close();
    throw translate(error);
  }
}

/** A version is CKA_ID in hex: a counter, then random bytes, so that two processes never make the same. */
class Pkcs11Keys implements KeyProvider {
  readonly #token: Token;
  readonly #label: string;
  /** Handles by version, good as long as the session is. */
  readonly #keks = new Map<string, Handle>();

  constructor(token: Token, label: string) {
    this.#token = token;
    this.#label = label;
  }

  createMissing(): void {
    if (this.#versions().length === 0) this.#generateKek(1);
    if (this.#find(ck.CKO_PRIVATE_KEY).length === 0) this.#generateSigningKey();
  }

  async status() {
    const publicKey = this.#only(ck.CKO_PUBLIC_KEY);
    const point = this.#attribute(publicKey, ck.CKA_EC_POINT);
    // An OCTET STRING with the 32 bytes; older modules give them bare.
    const signingKey = new Uint8Array(point.subarray(-KEY_BYTES));
    if (signingKey.length !== KEY_BYTES) throw keyError("KEY_ANSWER");
    return { kind: "pkcs11", version: this.#current(), signingKey } as const;
  }

  async wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey> {
    if (key.length !== KEY_BYTES) throw keyError("KEY_LENGTH");
    const nonce = systemRandom(NONCE_BYTES);
    const mechanism = gcm(nonce, scope);
    const version = this.#current();
    const { module, session } = this.#token;
    return this.#asked(() => {
      module.C_EncryptInit(session, mechanism, this.#kek(version));
      const sealed = module.C_Encrypt(session, Buffer.from(key), Buffer.alloc(KEY_BYTES + TAG_BYTES));
      return { version, bytes: concatBytes(nonce, sealed) };
    });
  }

  async unwrap({ version, bytes }: WrappedKey, scope: KeyScope): Promise<Bytes> {
    const mechanism = gcm(bytes.subarray(0, NONCE_BYTES), scope);
    if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw keyError("KEY_UNWRAP");
    const { module, session } = this.#token;
    return this.#asked(() => {
      module.C_DecryptInit(session, mechanism, this.#kek(version));
      // As long as the input: some modules want room for the tag.
      const room = Buffer.alloc(KEY_BYTES + TAG_BYTES);
      try {
        return new Uint8Array(module.C_Decrypt(session, Buffer.from(bytes.subarray(NONCE_BYTES)), room));
      } catch (error) {
        throw isRejected(error) ? keyError("KEY_UNWRAP") : error;
      } finally {
        zeroise(room);
      }
    });
  }

  async dataKey(scope: KeyScope) {
    const key = systemRandom(KEY_BYTES);
    return { key, wrapped: await this.wrap(key, scope) };
  }

  async rewrap(wrapped: WrappedKey, scope: KeyScope): Promise<WrappedKey> {
    const key = await this.unwrap(wrapped, scope);
    try {
      return await this.wrap(key, scope);
    } finally {
      zeroise(key);
    }
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    const { module, session } = this.#token;
    return this.#asked(() => {
      module.C_SignInit(session, { mechanism: ck.CKM_EDDSA }, this.#only(ck.CKO_PRIVATE_KEY));
      return new Uint8Array(module.C_Sign(session, Buffer.from(message), Buffer.alloc(SIGNATURE_BYTES)));
    });
  }

  async rotate(): Promise<string> {
    return this.#asked(() => this.#generateKek(counterOf(this.#current()) + 1));
  }

  async close(): Promise<void> {
    this.#token.close();
  }

  /** One attempt. A lost session is replaced for the next one, which the caller decides about. */
  #asked<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      if (isSessionLost(error)) this.#renew();
      throw translate(error);
    }
  }

  #renew(): void {
    this.#keks.clear();
    try {
      this.#token.renew();
    } catch {
      // Still away: the next attempt says so, and comes here again.
    }
  }

  #versions(): readonly string[] {
    return this.#find(ck.CKO_SECRET_KEY).map((key) => toHex(this.#attribute(key, ck.CKA_ID)));
  }

  #current(): string {
    const version = this.#asked(() => this.#versions().toSorted().at(-1));
    if (version === undefined)
      throw keyError("KEY_MISSING", { detail: "no key on the token has that label" });
    return version;
  }

  #kek(version: string): Handle {
    const known = this.#keks.get(version);
    if (known) return known;
    const [key] = this.#find(ck.CKO_SECRET_KEY, [{ type: ck.CKA_ID, value: Buffer.from(version, "hex") }]);
    if (!key) throw keyError("KEY_MISSING", { detail: "that version is not on the token" });
    this.#keks.set(version, key);
    return key;
  }

  #only(objectClass: number): Handle {
    const found = this.#asked(() => this.#find(objectClass));
    const [key] = found;
    if (!key || found.length > 1)
      throw keyError("KEY_MISSING", { detail: "not one signing key with that label" });
    return key;
  }

  #find(objectClass: number, more: readonly Attribute[] = []): Handle[] {
    return this.#token.find([
      { type: ck.CKA_CLASS, value: objectClass },
      { type: ck.CKA_LABEL, value: this.#label },
      ...more,
    ]);
  }

  #attribute(object: Handle, type: number): Buffer {
    const { module, session } = this.#token;
    const [attribute] = this.#asked(() => module.C_GetAttributeValue(session, object, [{ type }]));
    if (!attribute) throw keyError("KEY_ANSWER");
    return attribute.value;
  }

  #generateKek(counter: number): string {
    const id = concatBytes(uint32(counter), systemRandom(SUFFIX_BYTES));
    const { module, session } = this.#token;
    module.C_GenerateKey(session, { mechanism: ck.CKM_AES_KEY_GEN }, [
      { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_AES },
      { type: ck.CKA_VALUE_LEN, value: KEY_BYTES },
      { type: ck.CKA_LABEL, value: this.#label },
      { type: ck.CKA_ID, value: Buffer.from(id) },
      { type: ck.CKA_ENCRYPT, value: true },
      { type: ck.CKA_DECRYPT, value: true },
      { type: ck.CKA_WRAP, value: false },
      { type: ck.CKA_UNWRAP, value: false },
      ...secret,
    ]);
    return toHex(id);
  }

  #generateSigningKey(): void {
    const { module, session } = this.#token;
    const label = { type: ck.CKA_LABEL, value: this.#label };
    const publicKey = [
      { type: ck.CKA_EC_PARAMS, value: EDWARDS25519 },
      { type: ck.CKA_TOKEN, value: true },
      { type: ck.CKA_VERIFY, value: true },
      label,
    ];
    const privateKey = [{ type: ck.CKA_SIGN, value: true }, ...secret, label];
    module.C_GenerateKeyPair(session, { mechanism: ck.CKM_EC_EDWARDS_KEY_PAIR_GEN }, publicKey, privateKey);
  }
}

/** Stays on the token and never leaves it. */
const secret: readonly Attribute[] = [
  { type: ck.CKA_TOKEN, value: true },
  { type: ck.CKA_PRIVATE, value: true },
  { type: ck.CKA_SENSITIVE, value: true },
  { type: ck.CKA_EXTRACTABLE, value: false },
];

function gcm(nonce: Uint8Array, scope: KeyScope): Mechanism {
  return {
    mechanism: ck.CKM_AES_GCM,
    parameter: {
      type: ck.GCM_PARAMETER,
      iv: Buffer.from(nonce),
      ivBits: NONCE_BYTES * 8,
      aad: Buffer.from(scopeBytes(scope)),
      tagBits: TAG_BYTES * 8,
    },
  };
}

function counterOf(version: string): number {
  return readUint32(Buffer.from(version, "hex"));
}

/** SoftHSM2 calls a wrong tag a general error; the standard has a name for it. */
function isRejected(error: unknown): boolean {
  const code = returnValue(error);
  return (
    code === ck.CKR_ENCRYPTED_DATA_INVALID ||
    code === ck.CKR_ENCRYPTED_DATA_LEN_RANGE ||
    code === ck.CKR_GENERAL_ERROR
  );
}
