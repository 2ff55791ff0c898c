/** X.509 certificates as AWS Nitro makes them (RFC 5280): P-384 throughout. */
import { concatBytes, toHex } from "@cloister/bytes";
import { p384Verify } from "@cloister/crypto";
import {
  DerReader,
  readBitString,
  readBits,
  readBoolean,
  readSmallInteger,
  readTime,
  readUnsigned,
  Tag,
} from "./der.ts";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A certificate, taken apart; nothing in it is verified. */
export interface UnverifiedCertificate {
  readonly encoded: Uint8Array;
  /** The part that the issuer signed. */
  readonly signedPart: Bytes;
  /** r || s, 96 bytes. */
  readonly signature: Bytes;
  /** Names as their bytes: equal names have equal bytes in one chain. */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** An uncompressed point, 97 bytes. */
  readonly publicKey: Bytes;
  readonly isCa: boolean;
  /** How many CAs may follow, where that is constrained. */
  readonly pathLength: number | undefined;
  readonly maySignData: boolean;
  readonly maySignCertificates: boolean;
}

const ECDSA_WITH_SHA384 = "06082a8648ce3d040303";
const P384_KEY = "06072a8648ce3d020106052b81040022";
const BASIC_CONSTRAINTS = "551d13";
const KEY_USAGE = "551d0f";
const POINT_BYTES = 97;
const FIELD_BYTES = 48;
const VERSION_3 = 2;
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

/** @throws BaseError `CERTIFICATE_FORMAT`, `CERTIFICATE_ALGORITHM`, `CERTIFICATE_EXTENSION` */
export function readCertificate(encoded: Uint8Array): UnverifiedCertificate {
  const outer = new DerReader(encoded);
  const certificate = outer.open();
  outer.end();
  const signedPart = certificate.value(Tag.sequence);
  const algorithm = certificate.value(Tag.sequence).content;
  const signature = readBitString(certificate.value(Tag.bitString));
  certificate.end();

  const fields = new DerReader(signedPart.content);
  demand(readVersion(fields) === VERSION_3, "CERTIFICATE_FORMAT");
  fields.value(Tag.integer); // serial number
  const innerAlgorithm = fields.value(Tag.sequence).content;
  const issuer = fields.value(Tag.sequence).encoded;
  const validity = fields.open();
  const notBeforeMs = readTime(validity.optional(Tag.utcTime) ?? validity.value(Tag.generalizedTime));
  const notAfterMs = readTime(validity.optional(Tag.utcTime) ?? validity.value(Tag.generalizedTime));
  validity.end();
  const subject = fields.value(Tag.sequence).encoded;
  const publicKey = readPublicKey(fields.open());
  const extensions = readExtensions(fields);
  fields.end();
  for (const found of [algorithm, innerAlgorithm]) {
    demand(toHex(found) === ECDSA_WITH_SHA384, "CERTIFICATE_ALGORITHM");
  }
  return {
    encoded,
    signedPart: signedPart.encoded,
    signature: readEcdsaSignature(signature),
    issuer,
    subject,
    notBeforeMs,
    notAfterMs,
    publicKey,
    ...extensions,
  };
}

/** Whether `issuer`'s key made the certificate's signature. Says nothing about whether it may. */
export function isSignedBy(certificate: UnverifiedCertificate, issuer: UnverifiedCertificate): boolean {
  const { signedPart: message, signature } = certificate;
  return p384Verify({ publicKey: issuer.publicKey, message, signature });
}

function readVersion(fields: DerReader): number {
  const explicit = fields.open(Tag.version);
  const version = readSmallInteger(explicit.value(Tag.integer));
  explicit.end();
  return version;
}

function readPublicKey(key: DerReader): Bytes {
  demand(toHex(key.value(Tag.sequence).content) === P384_KEY, "CERTIFICATE_ALGORITHM");
  const point = readBitString(key.value(Tag.bitString));
  key.end();
  demand(point.length === POINT_BYTES && point[0] === 0x04, "CERTIFICATE_ALGORITHM");
  return point;
}

/** SEQUENCE of r and s (RFC 3279 section 2.2.3) as r || s. */
function readEcdsaSignature(bytes: Bytes): Bytes {
  const outer = new DerReader(bytes);
  const pair = outer.open();
  outer.end();
  const r = readUnsigned(pair.value(Tag.integer), FIELD_BYTES);
  const s = readUnsigned(pair.value(Tag.integer), FIELD_BYTES);
  pair.end();
  return concatBytes(r, s);
}

type Extensions = Pick<UnverifiedCertificate, "isCa" | "pathLength" | "maySignData" | "maySignCertificates">;

function readExtensions(fields: DerReader): Extensions {
  const known = new Map<string, DerReader>();
  const seen = new Set<string>();
  const explicit = fields.open(Tag.extensions);
  const list = explicit.open();
  explicit.end();
  while (!list.done) {
    const extension = list.open();
    const oid = toHex(extension.value(Tag.oid).content);
    const flag = extension.optional(Tag.boolean);
    const critical = flag !== undefined && readBoolean(flag);
    const value = new DerReader(extension.value(Tag.octetString).content);
    extension.end();
    demand(!seen.has(oid), "CERTIFICATE_EXTENSION");
    seen.add(oid);
    if (oid === BASIC_CONSTRAINTS || oid === KEY_USAGE) known.set(oid, value);
    else demand(!critical, "CERTIFICATE_EXTENSION");
  }
  return { ...readBasicConstraints(known.get(BASIC_CONSTRAINTS)), ...readKeyUsage(known.get(KEY_USAGE)) };
}

function readBasicConstraints(value: DerReader | undefined): Pick<Extensions, "isCa" | "pathLength"> {
  if (!value) return { isCa: false, pathLength: undefined };
  const constraints = value.open();
  value.end();
  const ca = constraints.optional(Tag.boolean);
  const pathLength = constraints.optional(Tag.integer);
  constraints.end();
  return {
    isCa: ca !== undefined && readBoolean(ca),
    pathLength: pathLength && readSmallInteger(pathLength),
  };
}

function readKeyUsage(value: DerReader | undefined): Pick<Extensions, "maySignData" | "maySignCertificates"> {
  if (!value) return { maySignData: false, maySignCertificates: false };
  const bits = readBits(value.value(Tag.bitString));
  value.end();
  return { maySignData: (bits & DIGITAL_SIGNATURE) !== 0, maySignCertificates: (bits & KEY_CERT_SIGN) !== 0 };
}
