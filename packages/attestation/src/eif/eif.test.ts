import { concatBytes, fromHex, isBaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issueCertificate } from "../development/index.ts";
import { crc32 } from "./crc32.ts";
import { At, type EifImage } from "./format.ts";
import { buildEif, type EifCode, eifRules, measureEif, parseEif } from "./index.ts";

const image: EifImage = {
  architecture: "x86_64",
  defaultMemoryBytes: 2 ** 30,
  defaultCpusCount: 2,
  kernel: toUtf8("kernel"),
  commandLine: "console=ttyS0",
  ramdisks: [toUtf8("boot"), toUtf8("application")],
  metadata: {
    imageName: "agent",
    imageVersion: "1",
    buildTime: "1970-01-01T00:00:00Z",
    buildTool: "cloister",
    buildToolVersion: "0.1.0",
    operatingSystem: "Linux",
    kernelVersion: "6.12",
    custom: { packages: "none" },
  },
};
const certified = issueCertificate(
  { name: "Signer", notBeforeMs: 0, notAfterMs: 4_000_000_000_000, role: "leaf" },
  systemRandom,
);
const signer = { certificate: certified.certificate, privateKey: certified.keyPair.privateKey };
const zeros48 = new Uint8Array(48);
const SECTIONS_AT = 548;

/** Writes into an image and mends its checksum, so that the rule meant is the one that answers. */
function edited(bytes: Uint8Array, edit: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  edit(view);
  view.setUint32(At.checksum, crc32([copy.subarray(0, At.checksum), copy.subarray(At.checksum + 4)]));
  return copy;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isBaseError(error)) return error.code;
    throw error;
  }
  return "none";
}

describe("an enclave image", () => {
  it("is laid out as version 4 says", () => {
    // Put together by hand: header, then kernel, command line, metadata, two ramdisks.
    const metadata =
      '{"ImageName":"agent","ImageVersion":"1","BuildMetadata":{"BuildTime":"1970-01-01T00:00:00Z","BuildTool":"cloister","BuildToolVersion":"0.1.0","OperatingSystem":"Linux","KernelVersion":"6.12"},"DockerInfo":{},"CustomMetadata":{"packages":"none"}}';
    const section = (type: number, text: string) =>
      concatBytes(
        fromHex(`000${type}0000`),
        fromHex(text.length.toString(16).padStart(16, "0")),
        toUtf8(text),
      );
    const sections = concatBytes(
      section(1, "kernel"),
      section(2, "console=ttyS0"),
      section(5, metadata),
      section(3, "boot"),
      section(3, "application"),
    );
    const built = buildEif(image);
    expect(toHex(built.subarray(0, 28))).toBe("2e656966000400000000000040000000000000000000000200000005");
    expect(toHex(built.subarray(SECTIONS_AT))).toBe(toHex(sections));
    expect(toHex(built.subarray(28, 28 + 16))).toBe(
      `${(548).toString(16).padStart(16, "0")}${(548 + 18).toString(16).padStart(16, "0")}`,
    );
  });

  it("measures what AWS measures: sha384(zeros, sha384(parts))", () => {
    const extend = (text: string) => toHex(sha384(concatBytes(zeros48, sha384(toUtf8(text)))));
    const pcrs = measureEif({ ...image, signingCertificate: toUtf8("certificate") });
    expect([...pcrs].map(([index, value]) => [index, toHex(value)])).toEqual([
      [0, extend("kernelconsole=ttyS0bootapplication")],
      [1, extend("kernelconsole=ttyS0boot")],
      [2, extend("application")],
      [8, extend("certificate")],
    ]);
    // Computed once with Python's hashlib, which shares no code with this.
    expect(toHex(pcrs.get(0) ?? zeros48)).toBe(PYTHON_PCR0);
  });

  it.each([undefined, signer])("is read back as it was built", (by) => {
    const parsed = parseEif(buildEif(image, by));
    expect(parsed).toMatchObject(image);
    expect(parsed.signingCertificate).toEqual(by?.certificate);
    expect(parsed.measurement).toEqual(measureEif({ ...image, signingCertificate: by?.certificate }));
    expect(parsed.measurement.has(8)).toBe(by !== undefined);
  });

  it("is the same for the same input, and never the same measurement for another", () => {
    const text = fc.string({ minLength: 1, maxLength: 40 }).map(toUtf8);
    const parts = fc.record({ kernel: text, ramdisks: fc.array(text, { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(parts, (given) => {
        const bytes = buildEif({ ...image, ...given });
        expect(buildEif({ ...image, ...given })).toEqual(bytes);
        expect(parseEif(bytes)).toMatchObject(given);
      }),
      { numRuns: 50 },
    );
  });

  it("lets no single byte change unnoticed", () => {
    const built = buildEif(image, signer);
    for (let at = 0; at < built.length; at += 1) {
      const flipped = Uint8Array.from(built);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(codeOf(() => parseEif(flipped))).toMatch(/^EIF_/);
    }
  });

  const built = buildEif(image);
  const signed = buildEif(image, signer);
  const faults: [EifCode, () => unknown][] = [
    ["EIF_SIZE", () => parseEif(built.subarray(0, 547))],
    ["EIF_HEADER", () => parseEif(edited(built, (view) => view.setUint16(At.version, 3)))],
    ["EIF_HEADER", () => parseEif(edited(built, (view) => view.setUint16(At.flags, 2)))],
    ["EIF_HEADER", () => parseEif(edited(built, (view) => view.setUint32(At.unused, 1)))],
    ["EIF_LAYOUT", () => parseEif(edited(concatBytes(built, Uint8Array.of(0)), () => undefined))],
    ["EIF_LAYOUT", () => parseEif(edited(built, (view) => view.setBigUint64(At.offsets + 8, 2n ** 63n)))],
    ["EIF_LAYOUT", () => parseEif(edited(built, (view) => view.setUint16(SECTIONS_AT + 2, 1)))],
    ["EIF_SECTIONS", () => parseEif(edited(built, (view) => view.setUint16(At.sectionsCount, 33)))],
    ["EIF_SECTIONS", () => parseEif(edited(built, (view) => view.setUint16(SECTIONS_AT, 9)))],
    ["EIF_SECTIONS", () => buildEif({ ...image, ramdisks: [] })],
    ["EIF_SECTIONS", () => buildEif({ ...image, ramdisks: [new Uint8Array()] })],
    ["EIF_CHECKSUM", () => parseEif(built.map((byte, at) => (at === built.length - 1 ? byte ^ 1 : byte)))],
    ["EIF_COMMAND_LINE", () => buildEif({ ...image, commandLine: "init=/a\nb" })],
    ["EIF_COMMAND_LINE", () => parseEif(edited(built, (view) => view.setUint8(SECTIONS_AT + 30, 0x80)))],
    [
      "EIF_METADATA",
      () => parseEif(edited(built, (view) => view.setUint8(SECTIONS_AT + 12 + 6 + 12 + 13 + 12, 0x5b))),
    ],
    [
      "EIF_SIGNATURE",
      () =>
        parseEif(
          edited(signed, (view) => view.setUint8(Number(view.getBigUint64(At.offsets + 40)) + 12, 0x82)),
        ),
    ],
    [
      "EIF_SIGNATURE_INVALID",
      () => parseEif(edited(signed, (view) => view.setUint8(SECTIONS_AT + 12, 0x4b))),
    ],
    ["EIF_SIGNATURE_INVALID", () => buildEif(image, { ...signer, privateKey: systemRandom(48) })],
  ];

  it.each(faults)("answers %s", (code, run) => {
    expect(codeOf(run)).toBe(code);
  });

  it("has a negative test for every rule", () => {
    expect(new Set(faults.map(([code]) => code))).toEqual(new Set(Object.keys(eifRules)));
  });
});

const PYTHON_PCR0 =
  "baef167d9ed08c4db7cb7b0c55a71597866c1898d06f6f3b12348400858f9d2ac011371ce71cdfb990975399a47a5168";
