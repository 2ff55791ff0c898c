import { readFile } from "node:fs/promises";
import { keyError } from "@cloister/keys";
import { z } from "zod/mini";
import type { VaultRequest } from "./request.ts";

/** Who logs in. Secrets come as functions, so that they are read when needed and not kept. */
export type Login =
  | { readonly method: "token"; readonly token: string }
  | {
      readonly method: "approle";
      /** Where the method is mounted; `approle` unless told. */
      readonly mount?: string;
      readonly roleId: string;
      readonly secretId: () => Promise<string>;
    }
  | {
      readonly method: "kubernetes";
      /** `kubernetes` unless told. */
      readonly mount?: string;
      readonly role: string;
      /** File with the service account's token, which Kubernetes renews in place. */
      readonly tokenFile?: string;
    };

const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const unwrapped = z.object({ data: z.object({ secret_id: z.string().check(z.minLength(1)) }) });

/** The request of a login. */
export async function loginRequest(login: Exclude<Login, { method: "token" }>): Promise<VaultRequest> {
  const { mount = login.method } = login;
  const request = { method: "POST", path: `auth/${mount}/login`, anonymous: true } as const;
  if (login.method === "approle") {
    return { ...request, body: { role_id: login.roleId, secret_id: await login.secretId() } };
  }
  const jwt = await readFile(login.tokenFile ?? serviceAccountToken, "utf8").catch((cause: unknown) => {
    throw keyError("KEY_CONFIGURATION", { detail: "the service account's token cannot be read", cause });
  });
  return { ...request, body: { role: login.role, jwt: jwt.trim() } };
}

/**
 * Opens a wrapped secret id. That works once: when somebody opened it before, this fails, and the secret id
 * is to be taken for stolen. Keep what it returns; it cannot be had again.
 * @throws BaseError `KEY_DENIED`
 */
export async function unwrapSecretId(
  wrappingToken: string,
  vault: { call(request: VaultRequest): Promise<unknown> },
): Promise<string> {
  const answer = await vault.call({ method: "POST", path: "sys/wrapping/unwrap", token: wrappingToken });
  const parsed = unwrapped.safeParse(answer);
  if (!parsed.success) throw keyError("KEY_ANSWER");
  return parsed.data.data.secret_id;
}
