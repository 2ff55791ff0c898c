import { fromBase64, toBase64, toUtf8 } from "@cloister/bytes";
import { keyError, type RetryPolicy, retrying } from "@cloister/keys";
import { type AwsCredentials, signRequest } from "@cloister/keys/sigv4";
import { z } from "zod/mini";
import { kmsError } from "./errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How to reach AWS KMS, or a service with its protocol. */
export interface KmsOptions {
  readonly region: string;
  /** Read before each request, so that temporary credentials may change. */
  readonly credentials: () => Promise<AwsCredentials>;
  /** The region's own unless told. https, or http on this machine alone. */
  readonly endpoint?: string;
  /** For one request. 5 s unless told. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly now?: () => number;
}

/** An operation of the API; every one is a POST of JSON with a signature. */
export interface KmsRequest {
  readonly operation: string;
  readonly body: object;
  /** Beside what the protocol asks for; signed too. */
  readonly headers?: Readonly<Record<string, string>>;
}

const failure = z.object({ __type: z.string() });
const patience: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 100,
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};

/** Base64 in an answer, as bytes. */
export const blob = z.pipe(
  z.string().check(z.minLength(1)),
  z.transform((text: string): Bytes => {
    try {
      return fromBase64(text);
    } catch {
      throw keyError("KEY_ANSWER");
    }
  }),
);

/** Bytes in a request. */
export const toBlob = toBase64;

/** Signs, sends and reads requests of the AWS JSON 1.1 protocol. */
export class KmsClient {
  readonly #options: KmsOptions;
  readonly #url: URL;

  constructor(options: KmsOptions) {
    this.#options = options;
    this.#url = urlOf(options);
  }

  /** A question, asked again when there is no answer. @throws BaseError by {@link kmsError} */
  ask<T extends z.ZodMiniType>(request: KmsRequest, answer: T): Promise<z.output<T>> {
    return retrying(this.#options.retry ?? patience, () => this.call(request, answer));
  }

  /** Sent once. */
  async call<T extends z.ZodMiniType>(request: KmsRequest, answer: T): Promise<z.output<T>> {
    const { status, body } = await this.#send(request);
    if (status !== 200) {
      const failed = failure.safeParse(body);
      throw kmsError(status, failed.success ? failed.data["__type"] : undefined);
    }
    const parsed = answer.safeParse(body);
    if (!parsed.success) throw keyError("KEY_ANSWER");
    return parsed.data;
  }

  async #send({ operation, body, headers = {} }: KmsRequest): Promise<{ status: number; body: unknown }> {
    const { region, timeoutMs = 5_000, now = Date.now } = this.#options;
    const bytes = toUtf8(JSON.stringify(body));
    const signed = signRequest(
      {
        method: "POST",
        host: this.#url.host,
        headers: {
          ...headers,
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `TrentService.${operation}`,
        },
        body: bytes,
      },
      await this.#options.credentials(),
      { region, service: "kms", atMs: now() },
    );
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: signed,
        body: bytes,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, body: parse(await response.text()) };
    } catch {
      // The cause may quote the request; it stays out.
      throw keyError("KEY_UNAVAILABLE", { detail: "the key service cannot be reached" });
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function urlOf({ region, endpoint }: KmsOptions): URL {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw keyError("KEY_CONFIGURATION", { detail: "the region is not one" });
  }
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const address = endpoint ?? `https://kms.${region}.${suffix}`;
  const url = URL.canParse(address) ? new URL("/", address) : undefined;
  const isLocal = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal))) {
    throw keyError("KEY_CONFIGURATION", { detail: "the key service's address must be https" });
  }
  return url;
}
