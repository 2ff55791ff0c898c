import { concatBytes, fromBase64, readUint32, toBase64, toHex, toUtf8, uint32 } from "@cloister/bytes";
import { ed25519KeyPair, ed25519Sign, ed25519Verify, sha256 } from "@cloister/crypto";
import { broken, type TransparencyCode } from "./rules.ts";

const maxNoteBytes = 1_000_000;
const maxSignatures = 100;
/** Signature types of C2SP signed-note and tlog-cosignature, as the first byte of a key says them. */
export const noteTypes = { ed25519: 0x01, ed25519Cosignature: 0x04, mlDsa44Cosignature: 0x06 } as const;
/** One of {@link noteTypes}. */
export type NoteType = (typeof noteTypes)[keyof typeof noteTypes];
const keyBytesCounts: ReadonlyMap<number, number> = new Map([
  [noteTypes.ed25519, 32],
  [noteTypes.ed25519Cosignature, 32],
  [noteTypes.mlDsa44Cosignature, 1312],
]);
const keyHashBytesCount = 4;
const signaturePrefix = "\u2014 ";
// A lone surrogate is text that UTF-8 cannot hold.
// oxlint-disable-next-line no-control-regex
const notNoteText = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;
// oxlint-disable-next-line no-control-regex
const notKeyName = /[\u0000-\u001f+]|\p{White_Space}|\p{Surrogate}/u;

/** Checks signatures of one key. `keyHash` is 32 bits; it finds the key and proves nothing. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyHash: number;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

/** Signs notes under one name. */
export interface NoteSigner {
  readonly name: string;
  readonly keyHash: number;
  sign(text: Uint8Array): Uint8Array;
}

/** One signature line, taken apart. */
export interface NoteSignature {
  readonly name: string;
  readonly keyHash: number;
  readonly signature: Uint8Array;
}

/** A well-formed note. Its text must not be used: see {@link verifyNote}. */
export interface UnverifiedNote {
  readonly unverifiedText: string;
  readonly signatures: readonly NoteSignature[];
}

declare const verified: unique symbol;

/** A note whose text trusted keys signed. Only {@link verifyNote} makes one. */
export interface VerifiedNote {
  /** The signed text, with its final newline. */
  readonly text: string;
  /** Names of the trusted keys that signed. */
  readonly signers: readonly string[];
  readonly [verified]: true;
}

/**
 * Takes a note apart (C2SP signed-note). `text` is untrusted.
 * @throws BaseError `NOTE_TOO_LARGE`, `NOTE_CONTROL`, `NOTE_FORMAT`, `NOTE_SIGNATURE_LINE`
 */
export function parseNote(text: string): UnverifiedNote {
  if (text.length > maxNoteBytes || toUtf8(text).length > maxNoteBytes) throw broken("NOTE_TOO_LARGE");
  if (notNoteText.test(text)) throw broken("NOTE_CONTROL");
  const split = text.lastIndexOf("\n\n");
  if (split < 0 || !text.endsWith("\n")) throw broken("NOTE_FORMAT");
  const lines = text.slice(split + 2, -1).split("\n");
  if (lines.length > maxSignatures) throw broken("NOTE_TOO_LARGE");
  if (lines[0] === "") throw broken("NOTE_FORMAT");
  return { unverifiedText: text.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteSignature {
  const [name = "", base64 = "", ...rest] = line.slice(signaturePrefix.length).split(" ");
  if (!line.startsWith(signaturePrefix) || rest.length > 0 || !isKeyName(name)) {
    throw broken("NOTE_SIGNATURE_LINE");
  }
  const bytes = decodeBase64(base64, "NOTE_SIGNATURE_LINE");
  if (bytes.length <= keyHashBytesCount) throw broken("NOTE_SIGNATURE_LINE");
  return { name, keyHash: readUint32(bytes), signature: bytes.subarray(keyHashBytesCount) };
}

function decodeBase64(text: string, code: TransparencyCode): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw broken(code, cause);
  }
}

function isKeyName(name: string): boolean {
  return name !== "" && !notKeyName.test(name);
}

/**
 * Verifies every signature by a trusted key and ignores those of other keys (C2SP signed-note).
 * @throws BaseError `NOTE_SIGNATURE`, `NOTE_UNSIGNED`, `NOTE_KEY_AMBIGUOUS`
 */
export function verifyNote(note: UnverifiedNote, trusted: readonly NoteVerifier[]): VerifiedNote {
  const text = toUtf8(note.unverifiedText);
  const signers = new Set<string>();
  for (const { name, keyHash, signature } of note.signatures) {
    const [verifier, second] = trusted.filter((key) => key.name === name && key.keyHash === keyHash);
    if (second !== undefined) throw broken("NOTE_KEY_AMBIGUOUS");
    if (verifier === undefined) continue;
    if (!verifier.verify(text, signature)) throw broken("NOTE_SIGNATURE");
    signers.add(name);
  }
  if (signers.size === 0) throw broken("NOTE_UNSIGNED");
  return { text: note.unverifiedText, signers: [...signers] } as unknown as VerifiedNote;
}

/**
 * Signs `text`, which ends in a newline.
 * @throws BaseError `NOTE_FORMAT`, `NOTE_CONTROL`, `NOTE_TOO_LARGE` when the text cannot be a note's,
 * `NOTE_SIGNATURE_LINE` when a signer's name cannot
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  return joinNote(text, signText(text, signers));
}

/** The signatures of `text` alone, in the signers' order. */
export function signText(text: string, signers: readonly NoteSigner[]): NoteSignature[] {
  const bytes = toUtf8(text);
  return signers.map((signer) => ({
    name: signer.name,
    keyHash: signer.keyHash,
    signature: signer.sign(bytes),
  }));
}

/** The lines under a note's text, each with its newline. */
export function formatSignatures(signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(({ name, keyHash, signature }) => {
    return `${signaturePrefix}${name} ${toBase64(concatBytes(uint32(keyHash), signature))}\n`;
  });
  return lines.join("");
}

/** A note of a text and its signatures. @throws BaseError as {@link signNote} */
export function joinNote(text: string, signatures: readonly NoteSignature[]): string {
  const note = `${text}\n${formatSignatures(signatures)}`;
  if (parseNote(note).unverifiedText !== text) throw broken("NOTE_FORMAT");
  return note;
}

/**
 * A signer for Ed25519 notes (type 0x01). `seed` is 32 bytes and stays in the caller's hands.
 * @throws BaseError `VKEY_NAME`, `CRYPTO_LENGTH`
 */
export function ed25519NoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const { publicKey } = ed25519KeyPair(seed);
  const keyHash = noteKeyHash({ name, publicKey, type: noteTypes.ed25519 });
  return { name, keyHash, sign: (text) => ed25519Sign(seed, text) };
}

/** What a verifier key says. */
export interface NoteKey {
  readonly name: string;
  readonly type: NoteType;
  /** 32 bytes, 1,312 for ML-DSA-44. */
  readonly publicKey: Uint8Array;
}

/**
 * The verifier key text of a public key, by default one of Ed25519 (32 bytes) that signs notes.
 * @throws BaseError `VKEY_NAME`, `VKEY_ALGORITHM`
 */
export function formatVerifierKey(
  name: string,
  publicKey: Uint8Array,
  type: NoteType = noteTypes.ed25519,
): string {
  const hash = toHex(uint32(noteKeyHash({ name, type, publicKey })));
  return `${name}+${hash}+${toBase64(concatBytes(Uint8Array.of(type), publicKey))}`;
}

/**
 * Reads a verifier key of any known type, with its hash.
 * @throws BaseError `VKEY_FORMAT`, `VKEY_NAME`, `VKEY_ALGORITHM`, `VKEY_HASH`
 */
export function readVerifierKey(vkey: string): NoteKey & { readonly keyHash: number } {
  const [, name, hex, base64] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(vkey) ?? [];
  if (name === undefined || hex === undefined || base64 === undefined) throw broken("VKEY_FORMAT");
  const typed = decodeBase64(base64, "VKEY_FORMAT");
  const type = Object.values(noteTypes).find((known) => known === typed[0]);
  if (type === undefined) throw broken("VKEY_ALGORITHM");
  const key = { name, type, publicKey: typed.slice(1) };
  const keyHash = noteKeyHash(key);
  if (toHex(uint32(keyHash)) !== hex) throw broken("VKEY_HASH");
  return { ...key, keyHash };
}

/**
 * Reads a verifier key for notes: Ed25519, type 0x01. Cosignatures have verifiers of their own.
 * @throws BaseError as {@link readVerifierKey}
 */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const { name, keyHash, type, publicKey } = readVerifierKey(vkey);
  if (type !== noteTypes.ed25519) throw broken("VKEY_ALGORITHM");
  return {
    name,
    keyHash,
    verify: (message, signature) => ed25519Verify({ publicKey, message, signature }),
  };
}

/** The 32 bits that find a key. @throws BaseError `VKEY_NAME`, `VKEY_ALGORITHM` */
export function noteKeyHash({ name, type, publicKey }: NoteKey): number {
  if (!isKeyName(name)) throw broken("VKEY_NAME");
  if (publicKey.length !== keyBytesCounts.get(type)) throw broken("VKEY_ALGORITHM");
  return readUint32(sha256(concatBytes(toUtf8(`${name}\n`), Uint8Array.of(type), publicKey)));
}
