import {
  type AppraisalPolicy,
  type AttestationResult,
  appraise,
  awsNitroRoot,
  type ReferenceValue,
} from "@cloister/attestation";
import { BaseError, fromBase64, fromHex, toBase64, toHex } from "@cloister/bytes";
import {
  booleanField,
  bytesField,
  type Fields,
  hasField,
  integerField,
  objectField,
  textField,
} from "./fields.ts";

const defaultMaxAgeMs = 300_000;
const defaultMaxFutureSkewMs = 60_000;

/** One request of the suite `attestation`: a document, held against a policy at a time. */
export function conformAttestation(json: unknown): object {
  const request = json as Fields;
  const optional = (key: "nonce" | "publicKey" | "userData") =>
    hasField(request, key) ? { [key]: bytesField(request, key) } : {};
  const certificate = hasField(request, "root") ? fromPem(textField(request, "root")) : awsNitroRoot;
  const result = appraise({
    evidence: { kind: "nitro", document: bytesField(request, "document") },
    atMs: timeOf(textField(request, "at")),
    anchors: [{ backing: "hardware", certificate }],
    policy: policyOf(hasField(request, "policy") ? objectField(request, "policy") : {}),
    ...optional("nonce"),
    ...optional("publicKey"),
    ...optional("userData"),
  });
  const verdict = result.verdict === "valid" ? {} : { reasons: result.reasons };
  return { verdict: result.verdict, ...verdict, ...claimsOf(result) };
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new BaseError("Decode", "FIELD_INVALID", '"at" must be an ISO time');
  return ms;
}

/** What is absent is empty, and an empty policy lets nothing pass. */
function policyOf(policy: Fields): AppraisalPolicy {
  const number = (key: string, otherwise: number) =>
    hasField(policy, key) ? integerField(policy, key) : otherwise;
  const values = policy["pcrs"] ?? [];
  if (!Array.isArray(values))
    throw new BaseError("Decode", "FIELD_INVALID", '"pcrs" must be a list of objects');
  return {
    referenceValues: values.map((value: unknown) => referenceValueOf(objectField({ value }, "value"))),
    allowDebug: hasField(policy, "allowDebug") && booleanField(policy, "allowDebug"),
    maxAgeMs: number("maxAgeMs", defaultMaxAgeMs),
    maxFutureSkewMs: number("maxFutureSkewMs", defaultMaxFutureSkewMs),
  };
}

function referenceValueOf(fields: Fields): ReferenceValue {
  return new Map(Object.keys(fields).map((index) => [Number(index), fromHex(textField(fields, index))]));
}

function fromPem(pem: string): Uint8Array {
  const match = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem);
  if (!match?.[1]) throw new BaseError("Decode", "FIELD_INVALID", '"root" must be one certificate as PEM');
  return fromBase64(match[1].replaceAll(/\s/g, ""));
}

/** What the document says; of an invalid one it is only what it claims. */
function claimsOf(result: AttestationResult): object {
  const document = result.verdict === "valid" ? result.evidence : result.document;
  if (!document) return {};
  const bytes = (value: Uint8Array | undefined) => (value ? toBase64(value) : null);
  return {
    claims: {
      moduleId: document.moduleId,
      timestamp: document.timestampMs,
      pcrs: Object.fromEntries([...document.pcrs].map(([index, digest]) => [index, toHex(digest)])),
      publicKey: bytes(document.publicKey),
      userData: bytes(document.userData),
      nonce: bytes(document.nonce),
    },
    checks: result.claims,
  };
}
