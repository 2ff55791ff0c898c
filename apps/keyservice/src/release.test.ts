import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeManifest, type Manifest, manifestDigest } from "@cloister/attestation";
import { issueCertificate, issueDocument } from "@cloister/attestation/development";
import { equalBytes, toUtf8 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { combineReleases, type KeyProvider, keyError } from "@cloister/keys";
import { newRecipient, openAttestedKeys, type Recipient } from "@cloister/keys-aws-kms";
import { openFileKeys } from "@cloister/keys-file/provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startKeyService } from "./server.ts";
import type { ReleaseEvent } from "./service.ts";

const minute = 60_000;
const root = issueCertificate(
  { name: "test", notBeforeMs: Date.now() - 9 * minute, notAfterMs: Date.now() + 600 * minute, role: "ca" },
  systemRandom,
);
const pcr = (seed: string) => sha384(toUtf8(seed));
const measured = (seed: string) => new Map([0, 1, 2].map((index) => [index, pcr(`${seed}${index}`)]));
const scope = { tenant: "clinic", conversation: "c1", epoch: 0, version: 1 };
const credentials = { accessKeyId: "ENCLAVE", secretAccessKey: "secret" };
const recipient = await newRecipient();

const manifestOf = (role: Manifest["role"]) =>
  encodeManifest({
    role,
    agent: "agent",
    identityKey: new Uint8Array(33),
    bootId: new Uint8Array(16),
    bootedAtMs: 1,
    counter: 1,
    software: { name: "agent", version: "1" },
  });

interface Shown {
  readonly pcrs?: ReadonlyMap<number, Uint8Array>;
  readonly role?: Manifest["role"];
  readonly ageMs?: number;
  readonly publicKey?: Uint8Array;
  readonly manifest?: Uint8Array;
  readonly issuer?: typeof root;
}

function evidenceOf(shown: Shown = {}) {
  const manifest = manifestOf(shown.role ?? "kms");
  const document = issueDocument(
    {
      moduleId: "i-test",
      timestampMs: Date.now() - (shown.ageMs ?? 0),
      pcrs: shown.pcrs ?? measured("good"),
      publicKey: shown.publicKey ?? recipient.publicKey,
      userData: manifestDigest(manifest),
    },
    shown.issuer ?? root,
    systemRandom,
  );
  return { document, manifest: shown.manifest ?? manifest };
}

let folder: string;
let provider: KeyProvider;
let service: Awaited<ReturnType<typeof startKeyService>>;
let events: ReleaseEvent[];
let isLogDown: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-keyservice-"));
  provider = await openFileKeys({ folder, passphrase: toUtf8("p"), production: false });
  events = [];
  isLogDown = false;
  const policy = {
    anchors: [{ backing: "development", certificate: root.certificate } as const],
    referenceValues: [measured("good"), measured("next")],
    allowDebug: false,
    maxAgeMs: 5 * minute,
    maxFutureSkewMs: minute,
  };
  service = await startKeyService(
    {
      keys: new Map([["clinic", { provider, tenant: "clinic", policy }]]),
      log: {
        append: async (event) => {
          if (isLogDown) throw keyError("KEY_UNAVAILABLE");
          events.push(event);
        },
      },
      now: Date.now,
      region: "eu-central-1",
      credentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
    },
    { host: "127.0.0.1", port: 0 },
  );
});
afterEach(async () => {
  await service.close();
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

const enclave = (
  shown: Shown = {},
  more: { readonly as?: Recipient; readonly secret?: string; readonly key?: string } = {},
) =>
  openAttestedKeys({
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${service.port}`,
    credentials: async () => ({
      ...credentials,
      secretAccessKey: more.secret ?? credentials.secretAccessKey,
    }),
    key: more.key ?? "clinic",
    recipient: more.as ?? recipient,
    evidence: async () => evidenceOf(shown),
    retry: { attempts: 1, firstDelayMs: 0, sleep: async () => {} },
  });

describe("the key service", () => {
  it("releases a key to the code that is listed, again and to the next version", async () => {
    const { key, wrapped, check } = await enclave().make(scope);
    expect(key).toHaveLength(32);
    expect(await enclave().release({ wrapped, check, scope })).toEqual(key);
    const next = await newRecipient();
    const shown = { pcrs: measured("next"), publicKey: next.publicKey };
    expect(await enclave(shown, { as: next }).release({ wrapped, check, scope })).toEqual(key);
    expect(events.map(({ type, operation }) => [type, operation])).toEqual([
      ["key.released", "make"],
      ["key.released", "release"],
      ["key.released", "release"],
    ]);
  });

  const debug = new Map([0, 1, 2].map((index) => [index, new Uint8Array(48)]));
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const rsa4096 = generateKeyPairSync("rsa", { modulusLength: 4096 }).publicKey;
  const der = (key: typeof ec) => new Uint8Array(key.export({ type: "spki", format: "der" }));
  const stranger = issueCertificate(
    { name: "test", notBeforeMs: Date.now() - minute, notAfterMs: Date.now() + 600 * minute, role: "ca" },
    systemRandom,
  );
  it.each<[string, Shown, string]>([
    ["stale", { ageMs: 6 * minute }, "EVIDENCE_STALE"],
    ["from the future", { ageMs: -2 * minute }, "EVIDENCE_FUTURE"],
    ["of another measurement", { pcrs: measured("other") }, "MEASUREMENT"],
    ["of a debug enclave", { pcrs: debug }, "DEBUG"],
    ["made for clients", { role: "client" }, "MANIFEST_ROLE"],
    [
      "for clients with a manifest for key services",
      { role: "client", manifest: manifestOf("kms") },
      "USER_DATA",
    ],
    ["with no manifest", { manifest: new Uint8Array() }, "USER_DATA"],
    ["under another root", { issuer: stranger }, "CHAIN_ROOT"],
    ["without an RSA key", { publicKey: der(ec) }, "RECIPIENT_KEY"],
    ["with a key of another size", { publicKey: der(rsa4096) }, "RECIPIENT_KEY"],
  ])("gives no key for evidence %s", async (_, shown, reason) => {
    const { wrapped, check } = await enclave().make(scope);
    events.length = 0;
    await expect(enclave(shown).make(scope)).rejects.toMatchObject({ code: "KEY_DENIED" });
    await expect(enclave(shown).release({ wrapped, check, scope })).rejects.toMatchObject({
      code: "KEY_DENIED",
    });
    for (const event of events) {
      expect(event).toMatchObject({ type: "key.refused", reasons: expect.arrayContaining([reason]) });
    }
    expect(events).toHaveLength(2);
  });

  it("gives no key without evidence", async () => {
    const { signRequest } = await import("@cloister/keys/sigv4");
    const endpoint = `http://127.0.0.1:${service.port}/`;
    const body = toUtf8(
      JSON.stringify({
        KeyId: "clinic",
        EncryptionContext: { ...scope, epoch: "0", version: "1" },
        KeySpec: "AES_256",
      }),
    );
    const request = {
      method: "POST",
      host: new URL(endpoint).host,
      headers: { "x-amz-target": "TrentService.GenerateDataKey" },
      body,
    };
    const headers = signRequest(request, credentials, {
      region: "eu-central-1",
      service: "kms",
      atMs: Date.now(),
    });
    const response = await fetch(endpoint, { method: "POST", headers, body });
    expect(await response.json()).toMatchObject({ __type: "AccessDeniedException" });
    expect(events).toMatchObject([{ type: "key.refused", reasons: ["EVIDENCE_MISSING"] }]);
    const unsigned = await fetch(endpoint, { method: "POST", headers: request.headers, body });
    expect(await unsigned.json()).toEqual({ __type: "InvalidSignatureException" });
  });

  it("answers to who is attested: another recipient cannot open it", async () => {
    const thief = await newRecipient();
    const act = enclave({}, { as: thief }).make(scope);
    await expect(act).rejects.toMatchObject({ code: "KEY_UNWRAP" });
  });

  it("knows its callers, its keys and their tenants", async () => {
    await expect(enclave({}, { secret: "wrong" }).make(scope)).rejects.toMatchObject({ code: "KEY_DENIED" });
    await expect(enclave({}, { key: "none" }).make(scope)).rejects.toMatchObject({ code: "KEY_MISSING" });
    const foreign = enclave().make({ ...scope, tenant: "other" });
    await expect(foreign).rejects.toMatchObject({ code: "KEY_MISSING" });
  });

  it("gives no key while its log is down", async () => {
    isLogDown = true;
    await expect(enclave().make(scope)).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
  });

  it("goes on while the key rotates, for what was made before and after", async () => {
    const before = await enclave().make(scope);
    const running = Promise.all(Array.from({ length: 8 }, () => enclave().release({ ...before, scope })));
    await provider.rotate();
    const after = await enclave().make(scope);
    for (const key of await running) expect(key).toEqual(before.key);
    expect(await enclave().release({ ...before, scope })).toEqual(before.key);
    expect(await enclave().release({ ...after, scope })).toEqual(after.key);
  });

  it("may hold one of two parts: with both the enclave has the key, with one nothing", async () => {
    // Two scopes of one service stand in for two services in two hands.
    const other = { ...scope, conversation: "part-2" };
    const parts = [await enclave().make(scope), await enclave().make(other)] as const;
    const key = combineReleases([parts[0].key, parts[1].key], scope);
    const released = [
      await enclave().release({ ...parts[0], scope }),
      await enclave().release({ ...parts[1], scope: other }),
    ];
    expect(combineReleases(released, scope)).toEqual(key);
    expect(parts.some((part) => equalBytes(part.key, key))).toBe(false);
  });

  it("shows a key that is not the one that was made", async () => {
    const one = await enclave().make(scope);
    const two = await enclave().make(scope);
    const swapped = enclave().release({ wrapped: two.wrapped, check: one.check, scope });
    await expect(swapped).rejects.toMatchObject({ code: "KEY_CHECK" });
    const elsewhere = enclave().release({ ...one, scope: { ...scope, conversation: "c2" } });
    await expect(elsewhere).rejects.toMatchObject({ code: "KEY_UNWRAP" });
  });
});
