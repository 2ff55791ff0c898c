/** Enclave images and answers of their security module. */
import { crc32 } from "node:zlib";
import { issueCertificate } from "@cloister/attestation/development";
import { buildEif, type EifImage, parseEif } from "@cloister/attestation/eif";
import { concatBytes, fromHex, toUtf8, uint32 } from "@cloister/bytes";
import { sha384 } from "@cloister/crypto";

const CHECKSUM_AT = 544;
const HEADER_BYTES = 548;

const image: EifImage = {
  architecture: "x86_64",
  defaultMemoryBytes: 2 ** 30,
  defaultCpusCount: 2,
  kernel: toUtf8("kernel"),
  commandLine: "console=ttyS0",
  ramdisks: [toUtf8("boot"), toUtf8("agent")],
  metadata: {
    imageName: "agent",
    imageVersion: "1",
    buildTime: "1970-01-01T00:00:00Z",
    buildTool: "cloister",
    buildToolVersion: "1",
    operatingSystem: "Linux",
    kernelVersion: "6.12",
  },
};
const { certificate, keyPair } = issueCertificate(
  { name: "Signer", notBeforeMs: 0, notAfterMs: 4e12, role: "leaf" },
  (length) => sha384(toUtf8("signer")).slice(0, length),
);

export const enclaveSeeds = {
  images: [buildEif(image), buildEif(image, { certificate, privateKey: keyPair.privateKey })],
  /** With the checksum mended, or nothing behind it would ever be reached. */
  parseImage: (input: Uint8Array): unknown => {
    if (input.length < HEADER_BYTES) return parseEif(input);
    const [head, sections] = [input.subarray(0, CHECKSUM_AT), input.subarray(HEADER_BYTES)];
    return parseEif(concatBytes(head, uint32(crc32(sections, crc32(head))), sections));
  },
  /** {"DescribePCR": {"lock": true, "data": 48 bytes}}, {"Attestation": {"document": 1 byte}} */
  moduleAnswers: [
    fromHex(`a16b4465736372696265504352a2646c6f636bf564646174615830${"07".repeat(48)}`),
    fromHex("a16b4174746573746174696f6ea168646f63756d656e744101"),
  ],
};
