import { BaseError, concatBytes, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { PrivacyEvent } from "../accountant/accountant.ts";

/** What privacy is promised to: all of a patient's records, or one record. */
export type PrivacyUnit = "patient" | "record";

/** Why somebody looks at the data. Choosing settings costs as much as training with them. */
export const purposes = ["training", "tuning", "query", "audit"] as const;
/** One of {@link purposes}. */
export type Purpose = (typeof purposes)[number];

/** A limit for one data set, or for several that hold the same patients. */
export interface BudgetOpened {
  readonly type: "opened";
  /** Name of the data set, or of the group of patients. */
  readonly budget: string;
  /** A budget that what is spent here counts against as well: that of the same patients over all data sets. */
  readonly within?: string;
  readonly unit: PrivacyUnit;
  readonly epsilon: number;
  readonly delta: number;
}

/** Privacy that is spent from now on, whatever happens. */
export interface Reserved {
  readonly type: "reserved";
  /** 16 random bytes in hexadecimal. */
  readonly id: string;
  readonly budget: string;
  readonly purpose: Purpose;
  readonly events: readonly PrivacyEvent[];
  /** SHA-256 of the plan in hexadecimal: what it was reserved for. */
  readonly planDigest: string;
}

/** The end of a reservation. */
export interface Settled {
  readonly type: "settled";
  readonly id: string;
  /** `unused` gives the reservation back: only for what has never touched the data. */
  readonly outcome: "released" | "unused";
}

/** A line of the ledger. Nothing in it is about a patient. */
export type LedgerEntry = BudgetOpened | Reserved | Settled;

/** Before the first entry. */
export const firstDigest: Uint8Array = new Uint8Array(32);

/**
 * SHA-256 over an entry and, through the digest before it, over all that precede it; 32 bytes. This is what
 * the transparency log gets, so that a ledger cannot be shortened or begun anew unseen.
 */
export function entryDigest(before: Uint8Array, entry: LedgerEntry): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(before, toUtf8(encodeEntry(entry))));
}

/** One line of JSON, its fields in a fixed order. */
export function encodeEntry(entry: LedgerEntry): string {
  return JSON.stringify(fieldsOf(entry));
}

/** An entry from its JSON. @throws BaseError `LEDGER_ENTRY` */
export function decodeEntry(text: string): LedgerEntry {
  const entry = parsed(text);
  if (encodeEntry(entry) !== text) throw malformed();
  return entry;
}

function parsed(text: string): LedgerEntry {
  try {
    return fieldsOf(JSON.parse(text) as LedgerEntry);
  } catch (error) {
    throw malformed(error);
  }
}

/** Exactly the fields of an entry, checked. */
function fieldsOf(entry: LedgerEntry): LedgerEntry {
  switch (entry.type) {
    case "opened": {
      const { type, budget, within, unit, epsilon, delta } = entry;
      require([
        isName(budget),
        within === undefined || isName(within),
        unit === "patient" || unit === "record",
      ]);
      require([epsilon > 0 && epsilon < Infinity, delta > 0 && delta < 1]);
      return { type, budget, ...(within === undefined ? {} : { within }), unit, epsilon, delta };
    }
    case "reserved": {
      const { type, id, budget, purpose, planDigest } = entry;
      require([isHex(id, 16), isName(budget), purposes.includes(purpose), isHex(planDigest, 32)]);
      const events = entry.events.map(({ samplingRate, noiseMultiplier, stepsCount }) => {
        require([
          samplingRate > 0 && samplingRate <= 1,
          noiseMultiplier > 0,
          Number.isInteger(stepsCount),
          stepsCount > 0,
        ]);
        return { samplingRate, noiseMultiplier, stepsCount };
      });
      require([events.length > 0]);
      return { type, id, budget, purpose, events, planDigest };
    }
    case "settled": {
      const { type, id, outcome } = entry;
      require([isHex(id, 16), outcome === "released" || outcome === "unused"]);
      return { type, id, outcome };
    }
    default:
      throw malformed();
  }
}

function isName(name: unknown): boolean {
  return typeof name === "string" && /^[a-z0-9][a-z0-9.-]{0,62}$/.test(name);
}

function isHex(text: unknown, bytesCount: number): boolean {
  return typeof text === "string" && text.length === 2 * bytesCount && /^[0-9a-f]*$/.test(text);
}

function require(conditions: readonly boolean[]): void {
  if (!conditions.every(Boolean)) throw malformed();
}

function malformed(cause?: unknown): BaseError {
  const message = "names have 1 to 63 of a-z, 0-9, dot and hyphen; ids, digests and numbers as documented";
  return new BaseError("Decode", "LEDGER_ENTRY", `this is no entry of a ledger: ${message}`, { cause });
}
