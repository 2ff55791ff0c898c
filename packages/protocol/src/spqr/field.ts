/**
 * GF(2^16) modulo x^16 + x^12 + x^3 + x + 1, as logarithms to the base 2, which generates the group.
 * Whatever is coded travels in the open, so tables leak nothing.
 */
const POLYNOMIAL = 0x1_100b;

/** Order of the multiplicative group: logarithms count modulo it. */
export const GROUP_ORDER = 0xffff;

interface Tables {
  /** log[a] for a above 0. */
  readonly log: Uint16Array;
  /** 2^i, twice around, so that a sum of two logarithms needs no reduction. */
  readonly power: Uint16Array;
}

let tables: Tables | undefined;

/** The tables, 384 KiB, built when a chunk first needs them. */
export function fieldTables(): Tables {
  tables ??= buildTables();
  return tables;
}

function buildTables(): Tables {
  const log = new Uint16Array(GROUP_ORDER + 1);
  const power = new Uint16Array(2 * GROUP_ORDER);
  let value = 1;
  for (let exponent = 0; exponent < GROUP_ORDER; exponent += 1) {
    log[value] = exponent;
    power[exponent] = value;
    power[exponent + GROUP_ORDER] = value;
    value <<= 1;
    if (value > GROUP_ORDER) value ^= POLYNOMIAL;
  }
  return { log, power };
}
