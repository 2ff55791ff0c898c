/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { fromBase64, fromHex, toUtf8 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { appraise } from "./appraise.ts";
import { awsNitroRoot } from "./aws-nitro-root.ts";

// Genuine documents from public test data, and synthetic ones, kept beside the project.
const folder = new URL("../../../../shared/vectors/attestation/", import.meta.url);
const present = existsSync(folder);
if (!present) {
  process.stderr.write("attestation: ../shared/vectors/attestation is missing, vector tests are skipped\n");
}

interface Case {
  readonly at: string;
  readonly expect: "valid" | "reject";
  readonly reason: string;
}

interface Index {
  readonly testRoot: string;
  readonly real: readonly {
    readonly file: string;
    readonly pcr0: string;
    readonly pcr1: string;
    readonly pcr2: string;
    readonly cases: readonly Case[];
  }[];
  readonly synthetic: readonly (Case & { readonly file: string; readonly trustRoot: string })[];
}

function verdictAt(file: string, at: string, root: Uint8Array, pcrs: readonly Uint8Array[]): string {
  const { verdict } = appraise({
    evidence: { kind: "nitro", document: new Uint8Array(readFileSync(new URL(file, folder))) },
    atMs: Date.parse(at),
    anchors: [{ backing: "hardware", certificate: root }],
    policy: {
      referenceValues: [new Map(pcrs.entries())],
      allowDebug: false,
      maxAgeMs: 300_000,
      maxFutureSkewMs: 60_000,
    },
  });
  return verdict === "valid" ? "valid" : "reject";
}

describe.skipIf(!present)("published documents", () => {
  const listed = present
    ? (JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as Index)
    : { testRoot: "", real: [], synthetic: [] };

  const real = listed.real.flatMap(({ cases, ...rest }) => cases.map((one) => ({ ...rest, ...one })));
  it.each(real)("$file: $reason", ({ file, at, expect: expected, pcr0, pcr1, pcr2 }) => {
    expect(verdictAt(file, at, awsNitroRoot, [pcr0, pcr1, pcr2].map(fromHex))).toBe(expected);
  });

  it.each(listed.synthetic)("$file: $reason", ({ file, at, expect: expected, trustRoot }) => {
    const pem = readFileSync(new URL(listed.testRoot, folder), "utf8").replaceAll(/-----.*-----|\s/g, "");
    const root = trustRoot === "test-root" ? fromBase64(pem) : awsNitroRoot;
    const pcrs = [0, 1, 2].map((index) => sha384(toUtf8(`pcr${index}`)));
    expect(verdictAt(file, at, root, pcrs)).toBe(expected);
  });
});
