import { encodeCbor } from "@cloister/codec";
import { systemRandom as random } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { appraise } from "../appraise.ts";
import { issueCertificate, reissueDocument } from "./index.ts";
import { encodePayload } from "./payload.ts";

const nowMs = Date.UTC(2026, 5, 1, 12);
const fill = (length: number, value: number) => new Uint8Array(length).fill(value);
const measurement = new Map([0, 1, 2].map((index) => [index, fill(48, index + 1)]));
const nonce = fill(32, 9);
const userData = fill(32, 8);
const root = issueCertificate(
  { name: "Development root", notBeforeMs: nowMs - 1000, notAfterMs: nowMs + 86_400_000, role: "ca" },
  random,
);

/** As QEMU has it: algorithm -1, zeros for signature and certificates. */
function unsigned(pcrs: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const document = { moduleId: "i-1-enc1", timestampMs: nowMs, pcrs, nonce, userData };
  const payload = encodePayload({ ...document, cabundle: [fill(64, 0)], certificate: fill(64, 0) });
  return encodeCbor([encodeCbor({ "1": -1 }), {}, payload, fill(64, 0)]);
}

describe("a document of a module that signs nothing", () => {
  const request = { root, measurement, random, nowMs };

  it("says the same under a development root, in its class", () => {
    const document = reissueDocument(unsigned(measurement), request);
    const result = appraise({
      evidence: { kind: "nitro", document },
      atMs: nowMs,
      anchors: [{ backing: "development", certificate: root.certificate }],
      policy: {
        referenceValues: [measurement],
        allowDebug: false,
        maxAgeMs: 1000,
        maxFutureSkewMs: 1000,
      },
      nonce,
      userData,
    });
    expect(result).toMatchObject({ verdict: "valid", evidence: { backing: "development" } });
  });

  it("is refused about another image than was booted, and where it is none", () => {
    const other = unsigned(new Map(measurement).set(2, fill(48, 7)));
    const refusal = (code: string): object => expect.objectContaining({ code }) as object;
    expect(() => reissueDocument(other, request)).toThrowError(refusal("DEVELOPMENT_MEASUREMENT"));
    expect(() => reissueDocument(encodeCbor([]), request)).toThrowError(refusal("COSE_FORMAT"));
    expect(() => reissueDocument(fill(9, 255), request)).toThrowError(refusal("EVIDENCE_CBOR"));
  });
});
