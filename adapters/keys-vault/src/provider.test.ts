import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toUtf8 } from "@cloister/bytes";
import { keyProviderConformance } from "@cloister/testkit/key-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Login } from "./login.ts";
import { openVaultKeys } from "./provider.ts";
import { VaultSession } from "./session.ts";
import { startFakeVault } from "./testing/fake-vault.ts";
import { Transit } from "./transit.ts";

let server: Awaited<ReturnType<typeof startFakeVault>>;
let nowMs = 0;
beforeEach(async () => {
  server = await startFakeVault();
  nowMs = 0;
  const session = new VaultSession({
    address: server.address,
    login: { method: "token", token: "test-root" },
  });
  const make = (name: string, body: object) =>
    session.call({ method: "POST", path: `transit/keys/${name}`, body });
  await make("tenant", { type: "aes256-gcm96", derived: true });
  await make("plain", { type: "aes256-gcm96" });
  await make("sign", { type: "ed25519" });
});
afterEach(() => server.close());

const approle: Login = { method: "approle", roleId: "role", secretId: async () => "secret-value" };
const openWith = (login: Login, wrappingKey = "tenant") =>
  openVaultKeys({
    address: server.address,
    login,
    wrappingKey,
    signingKey: "sign",
    now: () => nowMs,
    retry: { attempts: 3, firstDelayMs: 1, sleep: async () => {} },
  });
const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
const key = new Uint8Array(32);
const paths = () => server.vault.requests.map(({ path }) => path);

keyProviderConformance({ open: () => openWith(approle) });

describe("a session", () => {
  it("renews its token after two thirds of its lease, and logs in again when renewal gives little", async () => {
    const keys = await openWith(approle);
    const count = (part: string) => paths().filter((path) => path.endsWith(part)).length;
    nowMs = 1_900;
    await keys.wrap(key, scope);
    expect([count("login"), count("renew-self")]).toEqual([1, 0]);
    nowMs = 2_100;
    await keys.wrap(key, scope);
    expect([count("login"), count("renew-self")]).toEqual([1, 1]);
    // Near the maximum: one second is all that renewal gives.
    server.vault.renewedSeconds = 1;
    nowMs = 4_200;
    await keys.wrap(key, scope);
    expect([count("login"), count("renew-self")]).toEqual([2, 2]);
    // Past its end a token is not worth asking about.
    nowMs = 60_000;
    await keys.wrap(key, scope);
    expect([count("login"), count("renew-self")]).toEqual([3, 2]);
  });

  it("logs in once more when its token was revoked, and not for what it may not do", async () => {
    const keys = await openWith(approle);
    server.vault.tokens.delete("token-1");
    await keys.wrap(key, scope);
    expect(server.vault.logins).toBe(2);
    server.vault.disturbances.push({
      status: 403,
      body: { errors: ["1 error occurred:\n\t* permission denied\n\n"] },
    });
    await expect(keys.wrap(key, scope)).rejects.toMatchObject({ code: "KEY_DENIED" });
    expect(server.vault.logins).toBe(2);
  });

  it("logs in with Kubernetes, with the token that is in the file then", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cloister-vault-"));
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "jwt-one\n");
    await openWith({ method: "kubernetes", role: "cloister", tokenFile });
    const login = server.vault.requests.find(({ path }) => path.endsWith("login"));
    expect(login).toMatchObject({
      path: "/v1/auth/kubernetes/login",
      body: { role: "cloister", jwt: "jwt-one" },
    });
    await rm(folder, { recursive: true });
    const gone = openWith({ method: "kubernetes", role: "cloister", tokenFile });
    await expect(gone).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
  });

  it("tries a login once, and says nothing secret when it fails", async () => {
    const error: unknown = await openWith({ ...approle, secretId: async () => "exhausted-4711" }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "KEY_DENIED" });
    expect(paths().filter((path) => path.endsWith("login"))).toHaveLength(1);
    expect(String(error)).not.toContain("4711");
  });

  it("refuses to send a token over plain HTTP to another machine", async () => {
    const elsewhere = { address: "http://vault.clinic.example:8200", login: approle };
    expect(() => new VaultSession(elsewhere)).toThrowError(
      expect.objectContaining({ code: "KEY_CONFIGURATION" }),
    );
  });
});

describe("keys in Vault", () => {
  it("are asked for again when the server is away for a moment, rotation never", async () => {
    const keys = await openWith(approle);
    const away = { status: 502, body: null };
    server.vault.disturbances.push(away, away);
    await keys.wrap(key, scope);
    server.vault.disturbances.push(away);
    await expect(keys.rotate()).rejects.toMatchObject({ code: "KEY_ROTATION_UNCERTAIN" });
    expect(paths().filter((path) => path.endsWith("rotate"))).toHaveLength(1);
  });

  it("are unavailable while Vault is sealed, or does not answer in time", async () => {
    const keys = await openWith(approle);
    server.vault.isSealed = true;
    await expect(keys.wrap(key, scope)).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
    await server.close();
    await expect(keys.wrap(key, scope)).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
    server = await startFakeVault();
  });

  it("must be there, derived: a mistyped name is refused before anything is sealed with it", async () => {
    await expect(openWith(approle, "tennant")).rejects.toMatchObject({ code: "KEY_MISSING" });
    await expect(openWith(approle, "plain")).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
    await expect(openWith(approle, "../sys")).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
    expect(server.vault.keys.has("tennant")).toBe(false);
  });

  it("refuse an archived version by its name", async () => {
    const keys = await openWith(approle);
    const old = await keys.wrap(key, scope);
    await keys.rotate();
    const session = new VaultSession({
      address: server.address,
      login: { method: "token", token: "test-root" },
    });
    await session.call({
      method: "POST",
      path: "transit/keys/tenant/config",
      body: { min_decryption_version: 2 },
    });
    await expect(keys.unwrap(old, scope)).rejects.toMatchObject({ code: "KEY_RETIRED" });
  });

  it("refuse answers that are not in Vault's form", async () => {
    const transit = new Transit(new VaultSession({ address: server.address, login: approle }));
    for (const body of [{}, { data: { ciphertext: "sealed" } }, [], "x"]) {
      await transit.readKey("tenant");
      server.vault.disturbances.push({ status: 200, body });
      await expect(transit.encrypt("tenant", toUtf8("x"), key)).rejects.toMatchObject({ code: "KEY_ANSWER" });
    }
  });
});
