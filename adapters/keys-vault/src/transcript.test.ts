import process from "node:process";
import { fromBase64, toBase64, toUtf8 } from "@cloister/bytes";
import { ed25519Verify } from "@cloister/crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unwrapSecretId } from "./login.ts";
import { VaultSession } from "./session.ts";
import { FakeVault } from "./testing/fake-vault.ts";
import { clientToken, readTranscript, rootToken, startReplay } from "./testing/transcript.ts";
import { Transit } from "./transit.ts";

const steps = readTranscript();
if (!steps)
  process.stderr.write("keys-vault: ../shared/vectors/keys is missing, the transcript is skipped\n");
const recorded = (name: string) => (steps ?? []).find((step) => step.name === name)?.response as never;

describe.skipIf(!steps)("the recording of a real Vault", () => {
  let replay: Awaited<ReturnType<typeof startReplay>>;
  beforeAll(async () => {
    replay = await startReplay(steps ?? []);
  });
  afterAll(() => replay.close());

  it("is replayed from its first step to its last by this client", async () => {
    const never = { attempts: 1, firstDelayMs: 0, sleep: async () => {} };
    const session = (login: ConstructorParameters<typeof VaultSession>[0]["login"]) =>
      new VaultSession({ address: replay.address, login, retry: never });
    const root = session({ method: "token", token: rootToken });
    const approle = (roleId: string) =>
      session({ method: "approle", roleId, secretId: async () => clientToken });
    const transit = new Transit(root);
    const client = new VaultSession({
      address: replay.address,
      login: { method: "token", token: clientToken },
      retry: never,
    });
    const context = { a: toUtf8("tenant-a"), b: toUtf8("tenant-b") };
    const wrappedV1 = () =>
      (recorded("datakey plaintext") as { data: { ciphertext: string } }).data.ciphertext;
    const wrappedV2 = () => (recorded("rewrap") as { data: { ciphertext: string } }).data.ciphertext;
    const derivedV1 = () =>
      (recorded("encrypt derived ctx") as { data: { ciphertext: string } }).data.ciphertext;
    const helloV1 = () => (recorded("encrypt") as { data: { ciphertext: string } }).data.ciphertext;
    const signatureText = () => (recorded("sign ed25519") as { data: { signature: string } }).data.signature;
    const post = (path: string, body?: object) =>
      root.call({ method: "POST", path, ...(body ? { body } : {}) });
    const denied = { code: "KEY_DENIED" };
    const renew = () => client.call({ method: "POST", path: "auth/token/renew-self", body: {} });
    const roleId = "0710edb5-0c05-5bdb-6521-62c12e486449";
    /** A login shows in the first request after it; the recording has none there, so it fails on purpose. */
    const logIn = (role: string) =>
      approle(role).call({
        method: "POST",
        path: "auth/approle/login",
        anonymous: true,
        body: { role_id: role, secret_id: clientToken },
      });

    /** What this client does at each step, and what it makes of the answer. */
    const acts: Record<string, () => Promise<unknown>> = {
      health: () => root.call({ method: "GET", path: "sys/health", anonymous: true }),
      "enable transit": () => post("sys/mounts/transit", { type: "transit" }),
      "enable approle": () => post("sys/auth/approle", { type: "approle" }),
      "create key aes256-gcm96": () => post("transit/keys/kek", { type: "aes256-gcm96" }),
      "create key derived": () => post("transit/keys/kekd", { type: "aes256-gcm96", derived: true }),
      "create key ed25519": () => post("transit/keys/sign", { type: "ed25519" }),
      "read key": async () =>
        expect(await transit.readKey("kek")).toMatchObject({
          type: "aes256-gcm96",
          derived: false,
          latestVersion: 1,
        }),
      encrypt: async () => expect(await transit.encrypt("kek", toUtf8("hello"))).toBe(helloV1()),
      decrypt: async () => expect(await transit.decrypt("kek", helloV1())).toEqual(toUtf8("hello")),
      "encrypt batch": () =>
        post("transit/encrypt/kek", { batch_input: [{ plaintext: "YQ==" }, { plaintext: "Yg==" }] }),
      "datakey plaintext": async () => expect((await transit.dataKey("kek")).key).toHaveLength(32),
      "datakey wrapped": async () => expect(await transit.wrappedDataKey("kek")).toMatch(/^vault:v1:/),
      "datakey bits 128": async () =>
        expect((await transit.dataKey("kek", { bits: 128 })).key).toHaveLength(16),
      "encrypt derived ctx": () => transit.encrypt("kekd", toUtf8("x"), context.a),
      "decrypt derived wrong ctx": () =>
        expect(transit.decrypt("kekd", derivedV1(), context.b)).rejects.toMatchObject({ code: "KEY_UNWRAP" }),
      "encrypt derived no ctx": () =>
        expect(transit.encrypt("kekd", toUtf8("x"))).rejects.toMatchObject({ code: "KEY_CONFIGURATION" }),
      rotate: () => transit.rotate("kek"),
      "rotate derived": () => transit.rotate("kekd"),
      rewrap: async () => expect(await transit.rewrap("kek", wrappedV1())).toMatch(/^vault:v2:/),
      "rewrap derived": async () =>
        expect(await transit.rewrap("kekd", derivedV1(), context.a)).toMatch(/^vault:v2:/),
      "decrypt rewrapped datakey": async () => {
        const { plaintext } = (recorded("datakey plaintext") as { data: { plaintext: string } }).data;
        expect(toBase64(await transit.decrypt("kek", wrappedV2()))).toBe(plaintext);
      },
      "set min_decryption_version 2": () => post("transit/keys/kek/config", { min_decryption_version: 2 }),
      "decrypt archived version": () =>
        expect(transit.decrypt("kek", helloV1())).rejects.toMatchObject({ code: "KEY_RETIRED" }),
      hmac: () => post("transit/hmac/kek", { input: "bQ==" }),
      "sign ed25519": async () => {
        const signature = await transit.sign("sign", toUtf8("m"));
        const key = (
          recorded("read ed25519 key") as { data: { keys: Record<string, { public_key: string }> } }
        ).data;
        const publicKey = fromBase64(key.keys["1"]?.public_key ?? "");
        expect(ed25519Verify({ publicKey, message: toUtf8("m"), signature })).toBe(true);
      },
      "verify ed25519": () => post("transit/verify/sign", { input: "bQ==", signature: signatureText() }),
      "verify bad": () => post("transit/verify/sign", { input: "bg==", signature: signatureText() }),
      "read ed25519 key": async () => expect((await transit.readKey("sign")).publicKey).toHaveLength(32),
      "decrypt garbage": () =>
        expect(transit.decrypt("kek", "vault:v2:AAAA")).rejects.toMatchObject({ code: "KEY_UNWRAP" }),
      "decrypt bad prefix": () =>
        expect(transit.decrypt("kek", "nope")).rejects.toMatchObject({ code: "KEY_UNWRAP" }),
      "delete key not allowed": () =>
        expect(root.call({ method: "DELETE", path: "transit/keys/kek" })).rejects.toMatchObject({
          code: "KEY_CONFIGURATION",
        }),
      "export not exportable": () =>
        expect(root.call({ method: "GET", path: "transit/export/encryption-key/kek" })).rejects.toMatchObject(
          { code: "KEY_CONFIGURATION" },
        ),
      "policy app": () => putPolicy("app"),
      "policy create": () => putPolicy("appc"),
      "approle role": () =>
        post("auth/approle/role/app", {
          token_policies: ["app"],
          token_ttl: "3s",
          token_max_ttl: "8s",
          secret_id_num_uses: 2,
        }),
      "secret-id response wrapped": () =>
        root.call({ method: "POST", path: "auth/approle/role/app/secret-id", body: {}, wrapTtl: "60s" }),
      unwrap: async () => expect(await unwrapSecretId(clientToken, root)).toBe("<redacted>"),
      "unwrap twice (must fail)": () =>
        expect(unwrapSecretId(clientToken, root)).rejects.toMatchObject(denied),
      "approle login": () => logIn(roleId),
      "app encrypt ok": async () =>
        expect(await new Transit(client).encrypt("kek", toUtf8("q"))).toMatch(/^vault:v2:/),
      "app denied datakey plaintext": () =>
        expect(new Transit(client).dataKey("kek")).rejects.toMatchObject(denied),
      "app denied rotate": () =>
        expect(
          client.call({ method: "POST", path: "transit/keys/kek/rotate", body: {} }),
        ).rejects.toMatchObject(denied),
      "renew-self": renew,
      "renew-self again": renew,
      "renew-self near max ttl": renew,
      "expired token": () =>
        expect(
          client.call({
            method: "POST",
            path: "transit/encrypt/kek",
            body: { plaintext: "cQ==" },
            token: clientToken,
          }),
        ).rejects.toMatchObject(denied),
      "login 2nd use": () => logIn(roleId),
      // Through the session itself: the refused login is what the caller learns, and it is not tried again.
      "login 3rd use (exhausted)": () =>
        expect(approle(roleId).call({ method: "GET", path: "sys/health" })).rejects.toMatchObject(denied),
      "login bad role": () =>
        expect(approle("x").call({ method: "GET", path: "sys/health" })).rejects.toMatchObject(denied),
      "upsert on typo key name": () => new Transit(client).encrypt("kekk-typo", toUtf8("q")),
      "missing mount": () =>
        expect(new Transit(root, "transitx").encrypt("kek", toUtf8("q"))).rejects.toMatchObject({
          code: "KEY_MISSING",
        }),
      seal: () => root.call({ method: "PUT", path: "sys/seal" }),
      "health sealed": () =>
        expect(root.call({ method: "GET", path: "sys/health", anonymous: true })).rejects.toMatchObject({
          code: "KEY_UNAVAILABLE",
        }),
      "encrypt while sealed": () =>
        expect(transit.encrypt("kek", toUtf8("q"))).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" }),
    };
    const putPolicy = (name: string) => {
      const body = (steps ?? []).find(({ request }) => request.path.endsWith(`acl/${name}`))?.request
        .body as object;
      return root.call({ method: "PUT", path: `sys/policies/acl/${name}`, body });
    };

    for (const { name } of steps ?? []) {
      await acts[name]?.();
      expect([name, replay.faults]).toEqual([name, []]);
    }
    expect(replay.answered()).toBe(54);
  });

  it("agrees with the fake that the port's suite runs on", () => {
    const vault = new FakeVault();
    const checked = (steps ?? []).filter(
      ({ request }) =>
        /^\/v1\/transit\/(keys|encrypt|decrypt|rewrap|datakey|sign)\//.test(request.path) &&
        request.token === "<root>" &&
        !/batch|sealed/.test(request.path),
    );
    const translated = new Map<string, string>();
    for (const { name, request, status, response } of checked) {
      if (name === "encrypt batch" || name === "encrypt while sealed") continue;
      const text = JSON.stringify(request.body);
      // The fake's own ciphertexts in place of the recorded ones.
      const body: unknown = JSON.parse(
        [...translated].reduce((out, [from, to]) => out.replaceAll(from, to), text),
      );
      const headers = { "x-vault-token": "test-root" };
      const answer = vault.answer({ method: request.method, path: request.path, headers, body });
      expect([name, answer.status]).toEqual([name, status]);
      expect([name, shape(answer.body)]).toEqual([name, shape(response)]);
      const [theirs, ours] = [response, answer.body].map(
        (one) => (one as { data?: { ciphertext?: string } } | null)?.data?.ciphertext,
      );
      if (theirs && ours) translated.set(theirs, ours);
    }
    expect(checked.length).toBeGreaterThan(20);
  });
});

/** Refusals word for word up to the first semicolon; answers by the names and types of their fields. */
function shape(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  if ("errors" in value) return (value.errors as string[]).map((text) => text.split(";")[0]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)] as const));
}
