import { concatBytes, fromHex, toUtf8 } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { systemRandom as random } from "@cloister/crypto/random";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AppraisalRequest, appraise } from "./appraise.ts";
import { awsNitroRoot } from "./aws-nitro-root.ts";
import { decodeEvidenceCbor } from "./cbor.ts";
import {
  type CertificateRequest,
  type DocumentRequest,
  type Issuer,
  issueCertificate,
  issueDocument,
  signDocument,
} from "./development/index.ts";
import { type AttestationCode, attestationRules } from "./rules.ts";

const atMs = Date.UTC(2026, 5, 1, 12);
const hour = 3_600_000;
const pcr = (fill: number) => new Uint8Array(48).fill(fill);
const pcrs = new Map([0, 1, 2, 8].map((index) => [index, pcr(index + 1)]));
const nonce = pcr(9).subarray(0, 32);
const ca = (more: Partial<CertificateRequest> = {}): CertificateRequest => ({
  name: "Development root",
  notBeforeMs: atMs - hour,
  notAfterMs: atMs + 4 * hour,
  role: "ca",
  ...more,
});
const root = issueCertificate(ca(), random);
const document: DocumentRequest = {
  moduleId: "i-0-enc0",
  timestampMs: atMs - 1000,
  pcrs,
  nonce,
  userData: toUtf8("manifest"),
  publicKey: toUtf8("key"),
};

function ask(bytes: Uint8Array, more: Partial<AppraisalRequest> = {}): AppraisalRequest {
  return {
    evidence: { kind: "nitro", document: bytes },
    atMs,
    anchors: [{ backing: "development", certificate: root.certificate }],
    policy: {
      referenceValues: [new Map([0, 1, 2].map((index) => [index, pcr(index + 1)]))],
      allowDebug: false,
      maxAgeMs: 300_000,
      maxFutureSkewMs: 60_000,
    },
    nonce,
    userData: toUtf8("manifest"),
    publicKey: toUtf8("key"),
    ...more,
  };
}

const issue = (more: Partial<DocumentRequest> = {}) => issueDocument({ ...document, ...more }, root, random);
const good = issue();
const { policy } = ask(good);

function reasons(request: AppraisalRequest): readonly AttestationCode[] {
  const result = appraise(request);
  return result.verdict === "valid" ? [] : result.reasons;
}

/** A document under a chain of our making. */
function under(authorities: readonly Issuer[], leaf: Partial<CertificateRequest> = {}): Uint8Array {
  const above = authorities.at(-1) ?? root;
  const request = {
    name: "leaf",
    notBeforeMs: atMs - hour,
    notAfterMs: atMs + hour,
    role: "leaf",
    ...leaf,
  } as const;
  return signDocument(document, authorities, issueCertificate(request, random, above));
}

const below = (more: Partial<CertificateRequest> = {}, issuer = root) =>
  issueCertificate(ca({ name: "zone", ...more }), random, issuer);
const withPolicy = (more: Partial<AppraisalRequest["policy"]>) =>
  ask(good, { policy: { ...policy, ...more } });
const zeros = new Map([0, 1, 2].map((index) => [index, new Uint8Array(48)]));

/** A COSE_Sign1 with other parts. */
function sign1(parts: readonly (Uint8Array | object)[]): Uint8Array {
  return encodeCbor(parts as never);
}

const protectedHeader = fromHex("a1013822");
const payloadOf = (bytes: Uint8Array): Uint8Array => {
  const parts = decodeEvidenceCbor(bytes) as readonly Uint8Array[];
  return parts[2] ?? new Uint8Array();
};
const signature = new Uint8Array(96);
const field = (key: string, value: Uint8Array) =>
  sign1([protectedHeader, {}, replaced(payloadOf(good), key, value), signature]);

/** Swaps the value of a field for other bytes; the field is the last with that key. */
function replaced(payload: Uint8Array, key: string, value: Uint8Array): Uint8Array {
  const map = decodeEvidenceCbor(payload) as ReadonlyMap<string, never>;
  const entries = [...map].map(([name, old]) =>
    concatBytes(encodeCbor(name), name === key ? value : name === "pcrs" ? encodePcrs(old) : encodeCbor(old)),
  );
  return concatBytes(Uint8Array.of(0xa0 | entries.length), ...entries);
}

function encodePcrs(map: ReadonlyMap<number, Uint8Array>, head = 0xa0 | map.size): Uint8Array {
  return concatBytes(
    Uint8Array.of(head),
    ...[...map].map(([index, digest]) => concatBytes(encodeCbor(index), encodeCbor(digest))),
  );
}

const short = below({ pathLength: 0 });
/** A root that may sign data, but no certificates. */
const mute = { ...root, certificate: swapped(root.certificate, "03020204", "03020780") };

const badInputs: { readonly [code in AttestationCode]: readonly AppraisalRequest[] } = {
  EVIDENCE_SIZE: [ask(new Uint8Array()), ask(new Uint8Array(32_769))],
  EVIDENCE_CBOR: [
    ask(concatBytes(good, Uint8Array.of(0))),
    ask(good.subarray(0, -1)),
    ask(new Uint8Array(3000).fill(0x81)),
    ask(Uint8Array.of(0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
    ask(Uint8Array.of(0xf9, 0, 0)),
    ask(Uint8Array.of(0x5f, 0x61, 0x61, 0xff)),
  ],
  EVIDENCE_DUPLICATE_KEY: [ask(sign1([protectedHeader, {}, fromHex("a2613101613102"), signature]))],
  COSE_FORMAT: [
    ask(encodeCbor([1, 2, 3])),
    ask(concatBytes(Uint8Array.of(0xd1), good)),
    ask(sign1([protectedHeader, { x: 1 }, payloadOf(good), signature])),
  ],
  COSE_ALGORITHM: [ask(sign1([fromHex("a10126"), {}, payloadOf(good), signature]))],
  COSE_SIGNATURE_LENGTH: [ask(sign1([protectedHeader, {}, payloadOf(good), new Uint8Array(64)]))],
  DOCUMENT_SIZE: [ask(sign1([protectedHeader, {}, new Uint8Array(), signature]))],
  DOCUMENT_FIELDS: [
    ask(sign1([protectedHeader, {}, encodeCbor(1), signature])),
    ask(sign1([protectedHeader, {}, encodeCbor({ nitrotpm_pcrs: {} }), signature])),
  ],
  DOCUMENT_MODULE: [ask(field("module_id", encodeCbor("")))],
  DOCUMENT_DIGEST: [ask(field("digest", encodeCbor("SHA256")))],
  DOCUMENT_TIMESTAMP: [ask(field("timestamp", encodeCbor(0))), ask(field("timestamp", encodeCbor("1")))],
  DOCUMENT_PCRS: [
    ask(field("pcrs", encodeCbor({}))),
    ask(field("pcrs", encodePcrs(new Map([...pcrs, [32, pcr(1)]])))),
    ask(field("pcrs", encodePcrs(new Map([...pcrs, [0, new Uint8Array(32)]])))),
    ask(field("pcrs", encodePcrs(new Map([...pcrs].slice(1))))),
  ],
  DOCUMENT_CABUNDLE: [
    ask(field("cabundle", encodeCbor([]))),
    ask(field("cabundle", encodeCbor([new Uint8Array(1025)]))),
  ],
  DOCUMENT_CERTIFICATE: [ask(field("certificate", encodeCbor(new Uint8Array())))],
  DOCUMENT_PUBLIC_KEY: [
    ask(issue({ publicKey: new Uint8Array() })),
    ask(issue({ publicKey: new Uint8Array(1025) })),
  ],
  DOCUMENT_USER_DATA: [ask(issue({ userData: new Uint8Array(513) }))],
  DOCUMENT_NONCE: [ask(issue({ nonce: new Uint8Array(513) }))],
  CERTIFICATE_FORMAT: [
    ask(field("certificate", encodeCbor(root.certificate.subarray(0, -1)))),
    ask(field("certificate", encodeCbor(concatBytes(root.certificate, Uint8Array.of(0))))),
  ],
  CERTIFICATE_ALGORITHM: [
    ask(field("certificate", encodeCbor(swapped(root.certificate, "2a8648ce3d040303", "2a8648ce3d040302")))),
  ],
  CERTIFICATE_EXTENSION: [
    ask(field("certificate", encodeCbor(swapped(root.certificate, "0603551d13", "0603551d63")))),
  ],
  CHAIN_ROOT: [
    ask(good, { anchors: [] }),
    ask(good, { anchors: [{ backing: "hardware", certificate: awsNitroRoot }] }),
  ],
  CHAIN_ISSUER: [ask(under([root, below({ name: "zone" }, { ...root, name: "somebody else" })]))],
  CHAIN_SIGNATURE: [ask(under([root, below({}, { ...issueCertificate(ca(), random), name: root.name })]))],
  CHAIN_NOT_YET_VALID: [
    ask(good, { atMs: atMs - 2 * hour }),
    ask(under([root, below({ notBeforeMs: atMs + 1000 })])),
  ],
  CHAIN_EXPIRED: [
    ask(good, { atMs: atMs + 4 * hour }),
    ask(under([root, below({ notAfterMs: atMs - 1000 })])),
  ],
  CHAIN_CA: [ask(under([root, below({ role: "leaf" })])), ask(under([root], { role: "ca" }))],
  CHAIN_PATH_LENGTH: [ask(under([root, short, below({ name: "instance" }, short)]))],
  CHAIN_KEY_USAGE: [
    ask(under([mute]), { anchors: [{ backing: "development", certificate: mute.certificate }] }),
  ],
  SIGNATURE: [ask(sign1([protectedHeader, {}, payloadOf(good), signature]))],
  TIMESTAMP_OUTSIDE_CERTIFICATE: [ask(under([root], { notBeforeMs: atMs }))],
  EVIDENCE_STALE: [ask(good, { atMs: atMs + 300_001 })],
  EVIDENCE_FUTURE: [ask(issue({ timestampMs: atMs + 60_001 }))],
  NONCE: [ask(good, { nonce: pcr(1) }), ask(issueDocument(without("nonce"), root, random))],
  DEBUG: [ask(issue({ pcrs: zeros }))],
  POLICY_EMPTY: [
    withPolicy({ referenceValues: [] }),
    withPolicy({ referenceValues: [new Map([[8, pcr(9)]])] }),
  ],
  POLICY_ZERO: [withPolicy({ referenceValues: [zeros] })],
  MEASUREMENT: [withPolicy({ referenceValues: [new Map([[0, pcr(7)]])] })],
  PUBLIC_KEY: [ask(good, { publicKey: toUtf8("other") })],
  USER_DATA: [ask(good, { userData: toUtf8("other") })],
};

function without(key: "nonce"): DocumentRequest {
  const { [key]: _left, ...rest } = document;
  return rest;
}

/** A certificate with some bytes swapped for others of the same length. */
function swapped(certificate: Uint8Array, from: string, to: string): Uint8Array<ArrayBuffer> {
  const hex = [...certificate].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return fromHex(hex.replaceAll(from, to));
}

describe("appraise", () => {
  it("accepts evidence that is what it should be, bare or tagged", () => {
    for (const bytes of [good, concatBytes(Uint8Array.of(0xd2), good)]) {
      const result = appraise(ask(bytes));
      expect(result.claims.filter(({ status }) => status === "failed")).toEqual([]);
      expect(result).toMatchObject({
        verdict: "valid",
        evidence: { backing: "development", isDebug: false, pcrs },
      });
    }
  });

  it("accepts a chain over several authorities, within its path lengths", () => {
    const region = below({ pathLength: 1 });
    const zone = below({ name: "instance", pathLength: 0 }, region);
    expect(reasons(ask(under([root, region, zone])))).toEqual([]);
  });

  it("accepts debug mode only when the policy asks for it", () => {
    const bytes = issue({ pcrs: zeros });
    const asked = { ...policy, allowDebug: true, referenceValues: [zeros] };
    expect(appraise(ask(bytes, { policy: asked }))).toMatchObject({
      verdict: "valid",
      evidence: { isDebug: true },
    });
    expect(reasons(ask(bytes, { policy: { ...asked, allowDebug: false } }))).toEqual([
      "DEBUG",
      "POLICY_ZERO",
    ]);
  });

  it("names every claim that fails, each once", () => {
    const result = appraise(ask(good, { atMs: atMs + 4 * hour, nonce: pcr(1) }));
    expect(result).toMatchObject({
      verdict: "invalid",
      reasons: ["CHAIN_EXPIRED", "EVIDENCE_STALE", "NONCE"],
    });
  });

  it("leaves out what was not asked", () => {
    const { nonce: _nonce, userData: _data, publicKey: _key, ...request } = ask(good);
    expect(appraise(request).claims.map(({ claim }) => claim)).toEqual([
      "format",
      "chain",
      "signature",
      "validity",
      "age",
      "debug",
      "policy",
      "measurement",
    ]);
  });

  it("never accepts evidence with any bit changed, and never throws", () => {
    const position = fc.integer({ min: 0, max: good.length * 8 - 1 });
    fc.assert(
      fc.property(position, (bit) => {
        const bytes = good.slice();
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(appraise(ask(bytes)).verdict).toBe("invalid");
      }),
      { numRuns: 200 },
    );
  });
});

describe("rules", () => {
  const codes = Object.keys(attestationRules) as AttestationCode[];
  it.each(codes)("%s is named where it is broken", (code) => {
    for (const request of badInputs[code]) expect(reasons(request)).toContain(code);
  });
});
