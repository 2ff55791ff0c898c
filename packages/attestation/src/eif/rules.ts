import { BaseError } from "@cloister/bytes";

/** What an image must be: family of the error, and the rule that is broken. */
export const eifRules = {
  EIF_SIZE: ["Decode", "an enclave image has a header of 548 bytes and at most 4 GiB"],
  EIF_HEADER: ["Decode", "the header says .eif, version 4, a known architecture and zeros where nothing is"],
  EIF_LAYOUT: ["Decode", "sections lie one after the other, as the header says, up to the last byte"],
  EIF_SECTIONS: [
    "Decode",
    "an image has a kernel, a command line, metadata, ramdisks, and a signature or none, in this order",
  ],
  EIF_CHECKSUM: ["Decode", "the checksum in the header is that of the image; fetch or build it again"],
  EIF_COMMAND_LINE: ["Decode", "the command line is 1 to 2,047 printable ASCII characters"],
  EIF_METADATA: ["Decode", "the metadata are a JSON object with a name, a version and how it was built"],
  EIF_SIGNATURE: ["Decode", "the signature section is one PCR signature in the form that nitro-cli writes"],
  EIF_SIGNATURE_INVALID: [
    "Verification",
    "the signature is over PCR0 of this image, with the P-384 key of its certificate",
  ],
} as const;

/** Code of a rule in {@link eifRules}. */
export type EifCode = keyof typeof eifRules;

/** The error for a broken rule. */
export function brokenEif(code: EifCode, cause?: unknown): BaseError<EifCode> {
  const [family, rule] = eifRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`, { cause });
}

/** Goes on only when a rule holds. */
export function demandEif(holds: boolean, code: EifCode): asserts holds {
  if (!holds) throw brokenEif(code);
}
