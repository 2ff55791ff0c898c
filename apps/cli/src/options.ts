import { InvalidArgumentError } from "commander";

const maxNameBytes = 120;

/** A parser for options that are whole numbers; commander names the option in its error. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };
}

/** A TCP port; 0 takes any. */
export const port = wholeNumber(0, 65_535);

/** An http or https address, without the slash at its end. */
export function webAddress(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("Use an address such as https://chat.clinic.example.");
}

/** A country, ISO 3166-1 alpha-2. */
export function country(text: string): string {
  if (/^[a-z]{2}$/i.test(text)) return text.toUpperCase();
  throw new InvalidArgumentError("Use two letters, such as US or GB.");
}

/** A name that is shown to people. */
export function shownName(text: string): string {
  const name = text.trim();
  if (name !== "" && Buffer.byteLength(name) <= maxNameBytes) return name;
  throw new InvalidArgumentError(`Use 1 to ${maxNameBytes} bytes.`);
}
