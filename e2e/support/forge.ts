import type { Page } from "playwright-core";

/** One flipped bit pattern in what a device keeps of an answer: in the value of this field. */
export interface Forgery {
  readonly field: "signature" | "text" | "quote" | "receiptDigest" | "checkpoint";
  /** Which byte of the value. */
  readonly offset: number;
  /** Bits to flip: 0x20 turns a letter into its other case and leaves text readable. */
  readonly bits: number;
}

/**
 * From now on this page reads a forged answer. The store is sealed and notices changed bytes, so the forgery
 * sits above it, where a dishonest assistant's message would come out: in what decryption returns.
 */
export async function forgeAnswers(page: Page, forgery: Forgery): Promise<void> {
  await page.addInitScript(installForgery, forgery);
}

/** In the page, before its own scripts. */
function installForgery({ field, offset, bits }: Forgery): void {
  const cborText = (text: string) => [0x60 + text.length, ...new TextEncoder().encode(text)];
  const find = (bytes: Uint8Array, needle: readonly number[]) =>
    bytes.findIndex((_, at) => needle.every((byte, n) => bytes[at + n] === byte));
  /** The head of a CBOR string is one byte, and one, two or four more for its length. */
  const headBytes = (initial: number) => 1 + ([1, 2, 4][(initial & 31) - 24] ?? 0);
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  crypto.subtle.decrypt = async (...input) => {
    const plaintext = await decrypt(...input);
    const bytes = new Uint8Array(plaintext);
    const key = cborText(field);
    const at = find(bytes, key);
    if (at >= 0 && find(bytes, cborText("receipt")) >= 0) {
      const value = at + key.length;
      const target = value + headBytes(bytes[value] ?? 0) + offset;
      bytes[target] = (bytes[target] ?? 0) ^ bits;
    }
    return plaintext;
  };
}
