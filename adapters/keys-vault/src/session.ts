import { BaseError } from "@cloister/bytes";
import { keyError, type RetryPolicy, retrying } from "@cloister/keys";
import { z } from "zod/mini";
import { isTokenRejected, vaultError } from "./errors.ts";
import { type Login, loginRequest } from "./login.ts";
import type { VaultRequest } from "./request.ts";

/** How to reach a server, and as whom. */
export interface VaultOptions {
  /** https, or http on this machine alone. */
  readonly address: string;
  /** Of Vault Enterprise and OpenBao. */
  readonly namespace?: string;
  readonly login: Login;
  /** For one request. 10 s unless told. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly now?: () => number;
}

const failure = z.object({ errors: z.array(z.string()) });
const authAnswer = z.object({
  auth: z.object({
    client_token: z.string().check(z.minLength(1)),
    lease_duration: z.number().check(z.minimum(0)),
    renewable: z.boolean(),
  }),
});

/** A token, and until when it is good. A lease of 0 never ends. */
interface Lease {
  readonly token: string;
  readonly obtainedMs: number;
  readonly leaseMs: number;
  /** What the login gave: renewals that give less near the token's last hour. */
  readonly fullLeaseMs: number;
  readonly renewable: boolean;
}

const patience: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};

/** A client that logs in, renews its token while that helps, and logs in again when it does not. */
export class VaultSession {
  readonly #options: VaultOptions;
  readonly #base: string;
  #lease: Promise<Lease> | undefined;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#base = baseOf(options.address);
  }

  /** Asks something that changes nothing, and again when the server does not answer. */
  ask(request: VaultRequest): Promise<unknown> {
    return retrying(this.#options.retry ?? patience, () => this.call(request));
  }

  /** One request, sent once. @throws BaseError with the codes of {@link vaultError} */
  async call(request: VaultRequest): Promise<unknown> {
    if (request.anonymous || request.token !== undefined) return this.#checked(request, request.token);
    const { token } = await this.#token();
    const answer = await this.#send(request, token);
    if (!isTokenRejected(answer.status, answer.errors)) return accepted(answer);
    // The server did nothing with it, so one more login and one more try are safe.
    this.#lease = undefined;
    return this.#checked(request, (await this.#token()).token);
  }

  /** Forgets the token. */
  close(): void {
    this.#lease = undefined;
  }

  async #checked(request: VaultRequest, token?: string): Promise<unknown> {
    return accepted(await this.#send(request, token));
  }

  /** One login at a time, whoever asks; a failed one is not remembered. */
  async #token(): Promise<Lease> {
    const before = this.#lease;
    this.#lease = (async () => {
      const lease = await before?.catch(() => undefined);
      return lease ? this.#fresh(lease) : this.#logIn();
    })();
    const current = this.#lease;
    current.catch(() => {
      if (this.#lease === current) this.#lease = undefined;
    });
    return current;
  }

  async #fresh(lease: Lease): Promise<Lease> {
    const ageMs = this.#now() - lease.obtainedMs;
    if (lease.leaseMs === 0 || ageMs < (lease.leaseMs * 2) / 3) return lease;
    if (!lease.renewable || ageMs >= lease.leaseMs) return this.#logIn();
    try {
      const renewed = await this.#renew(lease);
      // Renewal stops at the token's maximum: what it gives gets shorter, then nothing.
      return renewed.leaseMs < lease.fullLeaseMs / 2 ? await this.#logIn() : renewed;
    } catch (error) {
      if (error instanceof BaseError && error.retryable) return lease;
      return this.#logIn();
    }
  }

  async #renew(lease: Lease): Promise<Lease> {
    const request = { method: "POST", path: "auth/token/renew-self", body: {} } as const;
    return this.#leaseOf(await this.#checked(request, lease.token), lease.fullLeaseMs);
  }

  async #logIn(): Promise<Lease> {
    const { login } = this.#options;
    if (login.method === "token") {
      return { token: login.token, obtainedMs: 0, leaseMs: 0, fullLeaseMs: 0, renewable: false };
    }
    // Never twice: a secret id may be good for so many logins only.
    return this.#leaseOf(await this.#checked(await loginRequest(login)));
  }

  #leaseOf(answer: unknown, fullLeaseMs?: number): Lease {
    const parsed = authAnswer.safeParse(answer);
    if (!parsed.success) throw keyError("KEY_ANSWER");
    const { client_token: token, lease_duration: seconds, renewable } = parsed.data.auth;
    const leaseMs = seconds * 1000;
    return { token, obtainedMs: this.#now(), leaseMs, fullLeaseMs: fullLeaseMs ?? leaseMs, renewable };
  }

  async #send(request: VaultRequest, token: string | undefined): Promise<Answer> {
    const { namespace, timeoutMs = 10_000 } = this.#options;
    const headers: Record<string, string> = { "X-Vault-Request": "true" };
    if (token !== undefined) headers["X-Vault-Token"] = token;
    if (namespace !== undefined) headers["X-Vault-Namespace"] = namespace;
    if (request.wrapTtl !== undefined) headers["X-Vault-Wrap-TTL"] = request.wrapTtl;
    if (request.body) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(`${this.#base}/v1/${request.path}`, {
        method: request.method,
        headers,
        ...(request.body ? { body: JSON.stringify(request.body) } : {}),
        // A redirect would carry the token elsewhere.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return answerOf(response.status, await response.text());
    } catch {
      // The cause may quote the request; it stays out.
      throw keyError("KEY_UNAVAILABLE", { detail: "Vault cannot be reached" });
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly errors: readonly string[];
}

function answerOf(status: number, text: string): Answer {
  const body = parse(text);
  const failed = failure.safeParse(body);
  return { status, body, errors: failed.success ? failed.data.errors : [] };
}

function accepted({ status, body, errors }: Answer): unknown {
  if (status === 200 || status === 204) return body;
  throw vaultError(status, errors);
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function baseOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLocal = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal))) {
    throw keyError("KEY_CONFIGURATION", { detail: "Vault's address must be https" });
  }
  return url.href.replace(/\/+$/, "");
}
