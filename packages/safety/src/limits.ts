import { BaseError } from "@cloister/bytes";

/** Larger inputs are no message. */
const MAX_TEXT_LENGTH = 100_000;

/** @throws BaseError `SAFETY_TEXT` */
export function requireMessage(text: string): void {
  if (text.length <= MAX_TEXT_LENGTH) return;
  throw new BaseError("Usage", "SAFETY_TEXT", `check at most ${MAX_TEXT_LENGTH} characters at a time`);
}
