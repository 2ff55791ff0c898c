/** One request, as the API pages describe it. */
export interface VaultRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "LIST";
  /** After `/v1/`. */
  readonly path: string;
  readonly body?: object;
  /** Without a token: for logins and health. */
  readonly anonymous?: boolean;
  /** Asks for the answer inside a token that opens once. */
  readonly wrapTtl?: string;
  /** A token in place of the session's own. */
  readonly token?: string;
}
