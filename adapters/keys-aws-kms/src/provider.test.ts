import { toUtf8 } from "@cloister/bytes";
import type { AwsCredentials } from "@cloister/keys/sigv4";
import { keyProviderConformance } from "@cloister/testkit/key-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kmsError } from "./errors.ts";
import { openAwsKeys } from "./provider.ts";
import { credentials, startFakeKms } from "./testing/fake-kms.ts";

let kms: Awaited<ReturnType<typeof startFakeKms>>;
beforeEach(async () => {
  kms = await startFakeKms();
});
afterEach(() => kms.close());

const openWith = (
  more: { readonly key?: string; readonly as?: AwsCredentials; readonly rotationMs?: number } = {},
) =>
  openAwsKeys({
    region: "eu-central-1",
    endpoint: kms.endpoint,
    credentials: async () => more.as ?? credentials,
    wrappingKey: more.key ?? "wrap",
    signingKey: "sign",
    rotationMs: more.rotationMs ?? 10_000,
    retry: { attempts: 3, firstDelayMs: 1, sleep: async () => {} },
  });
const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
const key = new Uint8Array(32);
const operations = () => kms.seen.map(({ operation }) => operation);

keyProviderConformance({ open: () => openWith() });

describe("keys in AWS KMS", () => {
  it("are asked for with the scope as encryption context and nothing else about a conversation", async () => {
    const keys = await openWith();
    await keys.dataKey(scope);
    const last = kms.seen.at(-1);
    expect(last).toMatchObject({ operation: "GenerateDataKey", signed: true });
    expect(last?.body["EncryptionContext"]).toEqual({
      tenant: "t",
      conversation: "c",
      epoch: "0",
      version: "1",
    });
  });

  it("are refused to other credentials, and nothing secret is told", async () => {
    const as = { ...credentials, secretAccessKey: "other-secret" };
    const error: unknown = await openWith({ as }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "KEY_DENIED" });
    expect(String(error)).not.toMatch(/other-secret|AKIATEST|session/);
  });

  it("must be there", async () => {
    await expect(openWith({ key: "elsewhere" })).rejects.toMatchObject({ code: "KEY_MISSING" });
  });

  it("are asked for again when KMS is away for a moment; rotation never", async () => {
    const keys = await openWith();
    kms.disturbances.push({ status: 400, type: "ThrottlingException" }, { status: 503 });
    await keys.unwrap((await keys.dataKey(scope)).wrapped, scope);
    expect(operations().filter((one) => one === "Decrypt")).toHaveLength(1);
    // DescribeKey passes; the rotation's answer is lost.
    kms.disturbances.push("pass", { status: 503 });
    await expect(keys.rotate()).rejects.toMatchObject({ code: "KEY_ROTATION_UNCERTAIN" });
    expect(operations().filter((one) => one === "RotateKeyOnDemand")).toHaveLength(1);
  });

  it("rotate when KMS gets round to it, or say that nobody knows", async () => {
    const keys = await openWith();
    const { version } = await keys.status();
    kms.rotation.delay = 1;
    expect(await keys.rotate()).not.toBe(version);
    const hasty = await openWith({ rotationMs: 10 });
    kms.rotation.delay = 50;
    await expect(hasty.rotate()).rejects.toMatchObject({
      code: "KEY_ROTATION_UNCERTAIN",
      family: "Conflict",
    });
  });

  it("are unavailable when nothing answers", async () => {
    const keys = await openWith();
    await kms.close();
    await expect(keys.wrap(key, scope)).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
    kms = await startFakeKms();
  });

  it("sign messages that KMS takes, and say so of longer ones", async () => {
    const keys = await openWith();
    expect(await keys.sign(new Uint8Array(4_096))).toHaveLength(64);
    await expect(keys.sign(new Uint8Array(4_097))).rejects.toMatchObject({ code: "KEY_MESSAGE" });
  });

  it.each(["http://kms.example", "ftp://x", "kms"])("are not asked for at %s", async (endpoint) => {
    const options = { region: "eu-central-1", credentials: async () => credentials, endpoint };
    await expect(openAwsKeys({ ...options, wrappingKey: "w", signingKey: "s" })).rejects.toMatchObject({
      code: "KEY_CONFIGURATION",
    });
  });
});

describe("a refusal of KMS", () => {
  it.each([
    ["com.amazonaws.kms#AccessDeniedException", 400, "KEY_DENIED"],
    ["ExpiredTokenException", 400, "KEY_DENIED"],
    ["KMSInvalidStateException", 400, "KEY_RETIRED"],
    ["KMSInternalException", 500, "KEY_UNAVAILABLE"],
    ["ValidationException", 400, "KEY_CONFIGURATION"],
    [undefined, 502, "KEY_UNAVAILABLE"],
    ["__proto__", 400, "KEY_CONFIGURATION"],
  ])("%s (%i) means %s", (type, status, code) => {
    expect(kmsError(status, type)).toMatchObject({ code });
  });

  it("keeps what the service wrote to itself", () => {
    expect(String(kmsError(400, "user AKIA is not authorised"))).not.toContain("AKIA");
    expect(toUtf8(String(kmsError(400, "x".repeat(1000)))).length).toBeLessThan(200);
  });
});
