/**
 * The signature section: one COSE_Sign1 over PCR0 with its certificate. serde_cbor, which nitro-cli uses,
 * writes bytes as arrays of small integers; so does this.
 */
import { concatBytes, equalBytes, fromBase64, fromUtf8, toBase64, toUtf8 } from "@cloister/bytes";
import { ByteReader, encodeCbor, Major, readInitial } from "@cloister/codec";
import { p384Sign, p384Verify } from "@cloister/crypto";
import { readCertificate } from "../certificate.ts";
import { decodeSign1, PROTECTED_ES384, signedPartOf } from "../sign1.ts";
import { brokenEif, demandEif } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Who signs an image: X.509 in DER for a P-384 key, and the key (48 bytes). */
export interface EifSigner {
  readonly certificate: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** What a section holds; nothing is verified. */
interface SignatureSection {
  /** PEM, as nitro-cli keeps it. */
  readonly certificate: Bytes;
  /** COSE_Sign1. */
  readonly signature: Bytes;
}

const MAX_SECTION_BYTES = 65_536;
const CERTIFICATE_FIELD = "signing_certificate";
const SIGNATURE_FIELD = "signature";
const pem = /^-----BEGIN CERTIFICATE-----\r?\n([\sA-Za-z0-9+/=]{1,8192})-----END CERTIFICATE-----\s*$/;

/** Signs PCR0. @throws BaseError `EIF_SIGNATURE_INVALID` when key and certificate do not belong together */
export function signPcr0(pcr0: Uint8Array, { certificate, privateKey }: EifSigner): Bytes {
  const payload = pcrInfo(pcr0);
  const signature = p384Sign(privateKey, signedPartOf(payload));
  demandEif(isSignedWith(certificate, payload, signature), "EIF_SIGNATURE_INVALID");
  return encodeSection({
    certificate: toPem(certificate),
    signature: encodeCbor([PROTECTED_ES384, {}, payload, signature]),
  });
}

/**
 * The certificate (DER) whose key signed PCR0. It says who signed, not that they may: PCR8 is what a policy
 * names. @throws BaseError `EIF_SIGNATURE`, `EIF_SIGNATURE_INVALID`
 */
export function verifyPcr0(pcr0: Uint8Array, section: Uint8Array): Bytes {
  const parts = decodeSection(section);
  const certificate = fromPem(parts.certificate);
  const sign1 = decodeSign1(parts.signature);
  const holds =
    equalBytes(sign1.payload, pcrInfo(pcr0)) && isSignedWith(certificate, sign1.payload, sign1.signature);
  demandEif(holds, "EIF_SIGNATURE_INVALID");
  return certificate;
}

function isSignedWith(certificate: Uint8Array, payload: Uint8Array, signature: Uint8Array): boolean {
  const { publicKey } = readCertificate(certificate);
  return p384Verify({ publicKey, message: signedPartOf(payload), signature });
}

/** {"register_index": 0, "register_value": [48 integers]}, in the order of the Rust struct. */
function pcrInfo(pcr0: Uint8Array): Bytes {
  const index = concatBytes(encodeCbor("register_index"), encodeCbor(0));
  return concatBytes(Uint8Array.of(0xa2), index, encodeCbor("register_value"), integers(pcr0));
}

function encodeSection({ certificate, signature }: SignatureSection): Bytes {
  return concatBytes(
    Uint8Array.of(0x81, 0xa2),
    encodeCbor(CERTIFICATE_FIELD),
    integers(certificate),
    encodeCbor(SIGNATURE_FIELD),
    integers(signature),
  );
}

function integers(bytes: Uint8Array): Bytes {
  return encodeCbor([...bytes]);
}

/** Read leniently, then compared with how it is written: one encoding, no byte unexplained. */
function decodeSection(section: Uint8Array): SignatureSection {
  demandEif(section.length <= MAX_SECTION_BYTES, "EIF_SIGNATURE");
  const reader = new ByteReader(section, "EIF_SIGNATURE");
  reader.skip(2 + encodeCbor(CERTIFICATE_FIELD).length);
  const certificate = readIntegers(reader);
  reader.skip(encodeCbor(SIGNATURE_FIELD).length);
  const parts = { certificate, signature: readIntegers(reader) };
  demandEif(equalBytes(encodeSection(parts), section), "EIF_SIGNATURE");
  return parts;
}

function readIntegers(reader: ByteReader): Bytes {
  const { major, info } = readInitial(reader);
  demandEif(major === Major.array && info < 26, "EIF_SIGNATURE");
  const count = info < 24 ? info : reader.uint(info - 23);
  return Uint8Array.from({ length: count }, () => {
    const first = reader.byte();
    return first < 24 ? first : reader.byte();
  });
}

function toPem(certificate: Uint8Array): Bytes {
  const lines = toBase64(certificate).match(/.{1,64}/g) ?? [];
  return toUtf8(`-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`);
}

function fromPem(text: Uint8Array): Bytes {
  try {
    const [, base64 = ""] = pem.exec(fromUtf8(text)) ?? [];
    demandEif(base64 !== "", "EIF_SIGNATURE");
    return fromBase64(base64.replaceAll(/\s/g, ""));
  } catch {
    throw brokenEif("EIF_SIGNATURE");
  }
}
