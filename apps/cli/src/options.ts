import { InvalidArgumentError } from "commander";

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
