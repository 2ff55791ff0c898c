import { BaseError } from "@cloister/bytes";

/** How long each part of an answer may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly betweenTokensMs: number;
  /** Everything, retries included. */
  readonly totalMs: number;
}

/** Certificates as PEM. */
export interface Tls {
  /** Whom to trust instead of the public authorities. */
  readonly ca?: string;
  /** Who we are (mTLS); both or neither. */
  readonly certificate?: string;
  readonly key?: string;
}

/** Where the server is and what to hold it to. */
export interface OpenAiOptions {
  /** Up to and with `/v1`. Without TLS only on this machine: prompts are about patients. */
  readonly baseUrl: string;
  /** The name that the server must say in its list and in every chunk. */
  readonly model: string;
  /** What input and output may have together on that server. */
  readonly contextTokensCount: number;
  /** SHA-256 of the weights, where the operator vouches for it; 64 hexadecimal digits. */
  readonly digest?: string;
  /** A secret: read it from a file of its own or the environment. */
  readonly apiKey?: string;
  /** At least 32 bytes that the server does not know: parts the prefix caches of patients and marks passages. */
  readonly cacheSecret: Uint8Array;
  readonly tls?: Tls;
  readonly timeouts?: Partial<Timeouts>;
  /** How often to try again before the first token; 2 unless given. */
  readonly retriesCount?: number;
  /** Whether to send the options that part caches; they are sent unless this is false. Some vendors refuse what they do not know. */
  readonly partsCaches?: boolean;
  /** Whether the server must answer the same for the same seed; it must unless this is false. */
  readonly requireSeed?: boolean;
}

/** Checked and complete. */
export interface Settings {
  readonly baseUrl: URL;
  readonly model: string;
  readonly contextTokensCount: number;
  readonly digest: string | undefined;
  readonly apiKey: string | undefined;
  readonly cacheSecret: Uint8Array;
  readonly tls: Tls;
  readonly timeouts: Timeouts;
  readonly retriesCount: number;
  readonly requireSeed: boolean;
  readonly partsCaches: boolean;
}

const defaultTimeouts: Timeouts = {
  connectMs: 5_000,
  firstTokenMs: 60_000,
  betweenTokensMs: 20_000,
  totalMs: 115_000,
};
const leastSecretBytes = 32;
const maxRetriesCount = 5;

/** @throws BaseError `MODEL_OPTIONS` */
export function settingsOf(options: OpenAiOptions): Settings {
  const { apiKey, digest, tls = {}, retriesCount = 2 } = options;
  const baseUrl = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : undefined;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const rules: readonly (readonly [holds: boolean, rule: string])[] = [
    [baseUrl !== undefined && /^https?:$/.test(baseUrl.protocol), "give the server's http or https address"],
    [
      baseUrl?.username === "" && baseUrl.password === "" && baseUrl.search === "" && baseUrl.hash === "",
      "leave names, passwords and queries out of the address",
    ],
    [
      baseUrl?.protocol === "https:" || isLoopback(baseUrl?.hostname ?? ""),
      "use https: without it prompts are readable on the network",
    ],
    [options.model !== "", "name the model"],
    [isCount(options.contextTokensCount), "say how many tokens the context has"],
    [digest === undefined || /^[0-9a-f]{64}$/.test(digest), "the digest is 64 hexadecimal digits"],
    [apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey), "the API key is empty or no key"],
    [
      options.cacheSecret.length >= leastSecretBytes,
      `the cache secret has at least ${leastSecretBytes} bytes`,
    ],
    [(tls.certificate === undefined) === (tls.key === undefined), "give certificate and key, or neither"],
    [Object.values(timeouts).every(isCount), "every timeout is a whole number of milliseconds"],
    [
      Number.isInteger(retriesCount) && retriesCount >= 0 && retriesCount <= maxRetriesCount,
      "retry 0 to 5 times",
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken || !baseUrl) {
    throw new BaseError(
      "Usage",
      "MODEL_OPTIONS",
      `mend the model's options: ${broken?.[1] ?? "the address"}`,
    );
  }
  return {
    ...options,
    baseUrl,
    digest,
    apiKey,
    tls,
    timeouts,
    retriesCount,
    requireSeed: options.requireSeed ?? true,
    partsCaches: options.partsCaches ?? true,
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
