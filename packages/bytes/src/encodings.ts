import { BaseError } from "./errors.ts";

// Every runtime Cloister runs on has these; the ES library types do not.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8. Lone surrogates become U+FFFD. */
export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Strict UTF-8 (RFC 3629). @throws BaseError `UTF8_INVALID` */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BaseError("Decode", "UTF8_INVALID", "text is not valid UTF-8", { cause });
  }
}

const hexDigits = "0123456789abcdef";

/** Lower-case base16. */
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += `${hexDigits[byte >> 4]}${hexDigits[byte & 15]}`;
  return out;
}

/** Base16 in either case. @throws BaseError `HEX_INVALID` */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new BaseError("Decode", "HEX_INVALID", "text is not hexadecimal");
  }
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i += 1) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function encode64(bytes: Uint8Array, alphabet: string, padded: boolean): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += `${alphabet[group >> 18]}${alphabet[(group >> 12) & 63]}`;
    if (left > 1) out += alphabet[(group >> 6) & 63];
    else if (padded) out += "=";
    if (left > 2) out += alphabet[group & 63];
    else if (padded) out += "=";
  }
  return out;
}

function decode64(text: string, alphabet: string, padded: boolean): Uint8Array<ArrayBuffer> {
  const invalid = () => new BaseError("Decode", "BASE64_INVALID", "text is not canonical base64");
  let length = text.length;
  if (padded) {
    if (length % 4 !== 0) throw invalid();
    if (text.endsWith("==")) length -= 2;
    else if (text.endsWith("=")) length -= 1;
  }
  if (length % 4 === 1) throw invalid();
  const out = new Uint8Array(Math.floor((length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < length; i += 1) {
    const value = alphabet.indexOf(text.charAt(i));
    if (value < 0) throw invalid();
    buffer = ((buffer << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at] = (buffer >> bits) & 255;
      at += 1;
    }
  }
  // RFC 4648 section 3.5: the unused bits must be zero, so that an encoding has one text.
  if ((buffer & ((1 << bits) - 1)) !== 0) throw invalid();
  return out;
}

/** Base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  return encode64(bytes, standard, true);
}

/** Canonical base64 with padding. @throws BaseError `BASE64_INVALID` */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return decode64(text, standard, true);
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return encode64(bytes, url, false);
}

/** Canonical base64url without padding. @throws BaseError `BASE64_INVALID` */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return decode64(text, url, false);
}
