import { readDate, shiftDate } from "../surrogates/dates.ts";

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const NUMERIC = /^\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?=$|[ T]\d)/;
const COMPACT = /^((?:18|19|20)\d{6})((?:\d{2}){0,3}(?:\.\d{1,6})?(?:[+-]\d{4})?)$/;
const MONTH = /^((?:18|19|20)\d\d)(-?)(0[1-9]|1[0-2])$/;
const YEAR = /^(?:18|19|20)\d\d$/;
/** A clock behind a date: no date by itself. */
const CLOCK = /^[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?[AP]M)?(?:Z|[+-]\d\d:?\d\d)?$/i;
const DAYS_IN_A_MONTH = 30.436_875;

/** Whether a text is a date to the day or the month, maybe with a time, as programs write them (ISO 8601, HL7). */
export function isMachineDate(text: string): boolean {
  return ISO.test(text) || /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);
}

/** Moves a date by whole weeks; undefined when it is in no form that programs write, or no day of the calendar. */
export function moveMachineDate(text: string, weeks: number): string | undefined {
  if (YEAR.test(text)) return text;
  const [, year = "", gap = "", month = ""] = MONTH.exec(text) ?? [];
  if (year !== "") {
    const months = Number(year) * 12 + Number(month) - 1 + Math.round((weeks * 7) / DAYS_IN_A_MONTH);
    return `${Math.floor(months / 12)}${gap}${String((months % 12) + 1).padStart(2, "0")}`;
  }
  const [, compact, after = ""] = COMPACT.exec(text) ?? [];
  if (compact !== undefined) return moved(compact, after, weeks);
  if (ISO.test(text)) return moved(text.slice(0, 10), text.slice(10), weeks);
  const [numeric] = NUMERIC.exec(text) ?? [];
  const clock = text.slice(numeric?.length ?? 0);
  if (numeric !== undefined && (clock === "" || CLOCK.test(clock))) return moved(numeric, clock, weeks);
  return undefined;
}

function moved(date: string, after: string, weeks: number): string | undefined {
  const read = readDate(date, false);
  return read && shiftDate(read, weeks) + after;
}

/** The year of a date in any form that is understood, machine's or person's. */
export function yearOf(text: string): number | undefined {
  const year =
    /(?<!\d)(?:18|19|20)\d\d(?=$|\D)/.exec(text)?.[0] ?? (COMPACT.exec(text) ?? MONTH.exec(text))?.[1];
  if (year !== undefined) return Number(year.slice(0, 4));
  const read = readDate(text, false);
  return read === undefined || read.precision === "month-day"
    ? undefined
    : new Date(read.day * 86_400_000).getUTCFullYear();
}

/** A year in the form of the date it stands for: only an instant cannot do without the rest. */
export function yearLike(year: number, date: string): string {
  return ISO.test(date) && date.length > 10 ? `${year}-01-01T00:00:00Z` : String(year);
}
