/**
 * Evidence for development: documents of the Nitro form, signed under a root that nobody but this machine
 * trusts. It says which code an enclave of the `dev` kind claims to run, and proves it to nobody who does
 * not already trust the machine. Clients name it "development", never "verified".
 */
import { concatBytes, fromHex, toUtf8 } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { type P384KeyPair, p384KeyPair, p384Sign, type Random } from "@cloister/crypto";
import { Tag } from "../der.ts";
import { der, derBits, derInteger, derOid, derTime } from "./der-writer.ts";
import { type DocumentRequest, encodePayload } from "./payload.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A certificate with the key it is for. */
export interface Issuer {
  /** X.509 in DER. */
  readonly certificate: Bytes;
  readonly keyPair: P384KeyPair;
  readonly name: string;
}

/** What one certificate says. */
export interface CertificateRequest {
  readonly name: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** CAs may have a path length; a leaf may not sign certificates. */
  readonly role: "leaf" | "ca";
  readonly pathLength?: number;
}

const ECDSA_WITH_SHA384 = der(Tag.sequence, derOid("2a8648ce3d040303"));
const P384_KEY = der(Tag.sequence, derOid("2a8648ce3d0201"), derOid("2b81040022"));
const COMMON_NAME = "550403";
const SET = 0x31;
const UTF8_STRING = 0x0c;
const PROTECTED = fromHex("a1013822");
const LEAF_MS = 3 * 3_600_000;

/** A root, or with `issuer` a certificate below it. */
export function issueCertificate(request: CertificateRequest, random: Random, issuer?: Issuer): Issuer {
  const keyPair = p384KeyPair(random);
  const signer = issuer ?? { keyPair, name: request.name };
  const signedPart = der(
    Tag.sequence,
    der(Tag.version, derInteger(Uint8Array.of(2))),
    derInteger(concatBytes(Uint8Array.of(1), random(15))),
    ECDSA_WITH_SHA384,
    distinguishedName(signer.name),
    der(Tag.sequence, derTime(request.notBeforeMs), derTime(request.notAfterMs)),
    distinguishedName(request.name),
    der(Tag.sequence, P384_KEY, derBits(keyPair.publicKey)),
    der(Tag.extensions, der(Tag.sequence, ...extensionsOf(request))),
  );
  const signature = p384Sign(signer.keyPair.privateKey, signedPart);
  const pair = der(Tag.sequence, derInteger(signature.subarray(0, 48)), derInteger(signature.subarray(48)));
  const certificate = der(Tag.sequence, signedPart, ECDSA_WITH_SHA384, derBits(pair));
  return { certificate, keyPair, name: request.name };
}

/** Signs a document with a leaf of its own, good for three hours as on real hardware. */
export function issueDocument(request: DocumentRequest, root: Issuer, random: Random): Bytes {
  const leaf = issueCertificate(
    {
      name: request.moduleId,
      notBeforeMs: request.timestampMs - 5000,
      notAfterMs: request.timestampMs + LEAF_MS,
      role: "leaf",
    },
    random,
    root,
  );
  return signDocument(request, [root], leaf);
}

/** Signs a document under a chain, root first. */
export function signDocument(request: DocumentRequest, authorities: readonly Issuer[], leaf: Issuer): Bytes {
  const cabundle = authorities.map(({ certificate }) => certificate);
  const payload = encodePayload({ ...request, cabundle, certificate: leaf.certificate });
  const signedPart = encodeCbor(["Signature1", PROTECTED, new Uint8Array(), payload]);
  return encodeCbor([PROTECTED, {}, payload, p384Sign(leaf.keyPair.privateKey, signedPart)]);
}

function distinguishedName(name: string): Bytes {
  return der(Tag.sequence, der(SET, der(Tag.sequence, derOid(COMMON_NAME), der(UTF8_STRING, toUtf8(name)))));
}

function extensionsOf({ role, pathLength }: CertificateRequest): Bytes[] {
  const isCa = role === "ca";
  const constraints = [
    ...(isCa ? [der(Tag.boolean, Uint8Array.of(0xff))] : []),
    ...(pathLength === undefined ? [] : [derInteger(Uint8Array.of(pathLength))]),
  ];
  // keyCertSign is bit 5, digitalSignature bit 0 (RFC 5280 section 4.2.1.3).
  const usage = isCa ? Uint8Array.of(2, 0x04) : Uint8Array.of(7, 0x80);
  return [
    criticalExtension("551d13", der(Tag.sequence, ...constraints)),
    criticalExtension("551d0f", der(Tag.bitString, usage)),
  ];
}

function criticalExtension(oid: string, value: Uint8Array): Bytes {
  return der(Tag.sequence, derOid(oid), der(Tag.boolean, Uint8Array.of(0xff)), der(Tag.octetString, value));
}
