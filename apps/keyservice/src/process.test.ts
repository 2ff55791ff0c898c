import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { encodeManifest, manifestDigest } from "@cloister/attestation";
import { issueCertificate, issueDocument } from "@cloister/attestation/development";
import { toBase64, toHex, toUtf8 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { newRecipient, openAttestedKeys } from "@cloister/keys-aws-kms";
import { afterEach, beforeEach, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-keyservice-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const secret = "a-secret-of-more-than-32-characters";
const pcr0 = sha384(toUtf8("image"));
const now = Date.now();
const validity = { notBeforeMs: now - 60_000, notAfterMs: now + 3_600_000 };
const root = issueCertificate({ name: "development", role: "ca", ...validity }, systemRandom);

async function writeConfig(production: boolean): Promise<string> {
  const file = join(folder, "keyservice.json");
  const pem = `-----BEGIN CERTIFICATE-----\n${toBase64(root.certificate)}\n-----END CERTIFICATE-----\n`;
  await writeFile(join(folder, "root.pem"), pem);
  await writeFile(join(folder, "access.json"), JSON.stringify({ ENCLAVE: secret }), { mode: 0o600 });
  await writeFile(join(folder, "passphrase"), "correct horse\n", { mode: 0o600 });
  const key = {
    id: "clinic",
    tenant: "clinic",
    store: { kind: "file", folder: "keys", passphraseFile: "passphrase" },
    measurements: [{ 0: toHex(pcr0) }],
    root: "root.pem",
  };
  const listen = { host: "127.0.0.1", port: 0 };
  const files = { accessKeysFile: "access.json", logFile: "releases.log" };
  await writeFile(
    file,
    JSON.stringify({ listen, region: "eu-central-1", ...files, production, keys: [key] }),
  );
  return file;
}

it("runs as a process, from a file, and keeps a record", async () => {
  const child = spawn(process.execPath, [main, "--config", await writeConfig(false)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { listening } = JSON.parse(line) as { listening: number };

  const recipient = await newRecipient();
  const manifest = encodeManifest({
    role: "kms",
    agent: "agent",
    identityKey: new Uint8Array(33),
    bootId: new Uint8Array(16),
    bootedAtMs: 1,
    counter: 1,
    software: { name: "agent", version: "1" },
  });
  const document = issueDocument(
    {
      moduleId: "m",
      timestampMs: now,
      pcrs: new Map([0, 1, 2].map((index) => [index, index === 0 ? pcr0 : sha384(Uint8Array.of(index))])),
      publicKey: recipient.publicKey,
      userData: manifestDigest(manifest),
    },
    root,
    systemRandom,
  );
  const keys = openAttestedKeys({
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${listening}`,
    credentials: async () => ({ accessKeyId: "ENCLAVE", secretAccessKey: secret }),
    key: "clinic",
    recipient,
    evidence: async () => ({ document, manifest }),
  });
  const scope = { tenant: "clinic", conversation: "c", epoch: 0, version: 1 };
  const made = await keys.make(scope);
  expect(await keys.release({ ...made, scope })).toEqual(made.key);
  const log = (await readFile(join(folder, "releases.log"), "utf8")).trim().split("\n");
  expect(log.map((entry) => (JSON.parse(entry) as { type: string }).type)).toEqual([
    "key.released",
    "key.released",
  ]);
  expect(log.join()).toContain(toHex(pcr0));

  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

it("refuses a development root in production", async () => {
  const child = spawn(process.execPath, [main, "--config", await writeConfig(true)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(said).toContain("KEYSERVICE_CONFIG");
});
