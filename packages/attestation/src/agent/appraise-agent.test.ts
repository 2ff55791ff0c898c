import { ed25519KeyPair } from "@cloister/crypto";
import { systemRandom as random } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { developmentAnchors, issueCertificate, issueDocument } from "../development/index.ts";
import { encodeManifest, type Manifest, manifestDigest } from "../manifest/manifest.ts";
import { type Release, signRelease, verifyRelease } from "../manifest/release.ts";
import type { AgentReason } from "./agent-rules.ts";
import { productionAnchors } from "./anchors.ts";
import { type AgentAppraisalRequest, type AgentClaimName, appraiseAgent } from "./appraise-agent.ts";

const nowMs = Date.UTC(2026, 5, 1, 12);
const fill = (length: number, value: number) => new Uint8Array(length).fill(value);
const root = issueCertificate(
  { name: "Development root", notBeforeMs: nowMs - 1000, notAfterMs: nowMs + 86_400_000, role: "ca" },
  random,
);
const pcrs = new Map([0, 1, 2].map((index) => [index, fill(48, index + 1)]));
const release: Release = {
  sequence: 1,
  issuedAtMs: nowMs,
  builds: [{ version: "1", referenceValue: pcrs, knowledgeDigest: fill(32, 7) }],
  root: root.certificate,
};
const identityKey = fill(33, 5);
const nonce = fill(32, 9);
const manifest: Manifest = {
  role: "client",
  agent: "agent",
  identityKey,
  bootId: fill(16, 1),
  bootedAtMs: nowMs - 5000,
  counter: 3,
  knowledgeDigest: fill(32, 7),
  software: { name: "cloister-agent", version: "1" },
};
const seen = { bootId: manifest.bootId, bootedAtMs: manifest.bootedAtMs, counter: 2, identityKey };

function ask(
  { manifest: fields = {}, document = {} }: { manifest?: Partial<Manifest>; document?: object } = {},
  more: Partial<AgentAppraisalRequest> = {},
) {
  const encoded = encodeManifest({ ...manifest, ...fields });
  const userData = manifestDigest(encoded);
  const made = { moduleId: "dev", timestampMs: nowMs - 10, pcrs, nonce, userData, ...document };
  return appraiseAgent({
    evidence: { kind: "nitro", document: issueDocument(made, root, random) },
    manifest: encoded,
    nonce,
    identityKey,
    agent: "agent",
    anchors: developmentAnchors(release),
    release,
    nowMs,
    ...more,
  });
}

describe("an agent's evidence", () => {
  it("passes with every claim, in the class of its root", () => {
    const result = ask();
    expect(result).toMatchObject({ verdict: "passed", class: "development", manifest, moduleId: "dev" });
    expect(result.claims.map(({ claim, status }) => `${claim} ${status}`)).toEqual(
      ["key", "code", "chip", "measurement", "log", "age"].map((claim) => `${claim} passed`),
    );
  });

  it("follows what was seen before: the same boot with a higher number, or a younger boot", () => {
    expect(ask({}, { seen }).verdict).toBe("passed");
    const older = { ...seen, bootId: fill(16, 2), bootedAtMs: seen.bootedAtMs - 1, counter: 900 };
    expect(ask({}, { seen: older }).verdict).toBe("passed");
  });

  const blocked: readonly [string, AgentClaimName, AgentReason, ReturnType<typeof ask>][] = [
    ["a wrong nonce", "age", "NONCE", ask({ document: { nonce: fill(32, 8) } })],
    ["no nonce", "age", "NONCE", ask({ document: { nonce: undefined } })],
    ["old evidence", "age", "EVIDENCE_STALE", ask({}, { nowMs: nowMs + 61_000 })],
    ["another identity key", "key", "MANIFEST_IDENTITY", ask({}, { identityKey: fill(33, 6) })],
    ["another agent's manifest", "key", "MANIFEST_AGENT", ask({}, { agent: "other" })],
    ["a document for the key service", "key", "MANIFEST_ROLE", ask({ manifest: { role: "kms" } })],
    ["another manifest than the bound one", "key", "USER_DATA", ask({ document: { userData: fill(32, 1) } })],
    ["a manifest that is none", "key", "MANIFEST_INVALID", ask({}, { manifest: fill(9, 1) })],
    [
      "debug mode",
      "code",
      "DEBUG",
      ask({ document: { pcrs: new Map([0, 1, 2].map((i) => [i, fill(48, 0)])) } }),
    ],
    ["other knowledge", "code", "MANIFEST_KNOWLEDGE", ask({ manifest: { knowledgeDigest: fill(32, 8) } })],
    [
      "an unlisted measurement",
      "measurement",
      "MEASUREMENT",
      ask({ document: { pcrs: new Map(pcrs).set(2, fill(48, 9)) } }),
    ],
    [
      "a list that was taken back",
      "measurement",
      "POLICY_EMPTY",
      ask({}, { release: { ...release, builds: [] } }),
    ],
    ["no list", "log", "RELEASE_MISSING", ask({}, { release: "RELEASE_MISSING" })],
    ["an older list", "log", "RELEASE_OLDER", ask({}, { release: "RELEASE_OLDER" })],
    [
      "a development root in production",
      "chip",
      "CHAIN_ROOT",
      ask({}, { anchors: productionAnchors(release) }),
    ],
    ["a rolled-back enclave", "age", "BOOT_COUNTER", ask({ manifest: { counter: 2 } }, { seen })],
    [
      "an older boot",
      "age",
      "BOOT_OLDER",
      ask({}, { seen: { ...seen, bootId: fill(16, 2), bootedAtMs: nowMs } }),
    ],
    ["two keys of one boot", "age", "BOOT_CLONED", ask({}, { seen: { ...seen, identityKey: fill(33, 1) } })],
    [
      "what is no document",
      "chip",
      "EVIDENCE_CBOR",
      ask({}, { evidence: { kind: "nitro", document: fill(9, 255) } }),
    ],
  ];
  it.each(blocked)("blocks %s", (_what, claim, reason, result) => {
    expect(result.verdict).toBe("failed");
    expect(result).toMatchObject({ reasons: expect.arrayContaining([reason]) });
    const entry = result.claims.find((one) => one.claim === claim);
    expect(entry).toMatchObject({ status: "failed", reasons: expect.arrayContaining([reason]) });
  });
});

describe("a release", () => {
  const seed = fill(32, 3);
  const { publicKey } = ed25519KeyPair(seed);
  const signed = signRelease(release, seed);

  it("comes back as it was signed", () => {
    expect(verifyRelease(signed, publicKey)).toEqual(release);
    const { root: _root, ...production } = release;
    expect(verifyRelease(signRelease(production, seed), publicKey)).toEqual(production);
  });

  it("is refused from any other key, changed anywhere, or with bad numbers", () => {
    const refusal = expect.objectContaining({ code: "RELEASE_INVALID" });
    expect(() => verifyRelease(signed, ed25519KeyPair(fill(32, 4)).publicKey)).toThrowError(refusal);
    for (let at = 0; at < signed.length; at += 7) {
      const changed = Uint8Array.from(signed, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => verifyRelease(changed, publicKey)).toThrowError(refusal);
    }
    const badIndex = [{ ...release.builds[0], referenceValue: new Map([[32, fill(48, 1)]]) }];
    const bad = { ...release, builds: badIndex } as Release;
    expect(() => verifyRelease(signRelease(bad, seed), publicKey)).toThrowError(refusal);
  });
});
