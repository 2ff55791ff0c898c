/** A date read from a text, with all that is needed to write another in its place. */
export interface ReadDate {
  /** Days since 1970-01-01 of the civil date; the first of the month, or a year of our own, where it says less. */
  readonly day: number;
  readonly precision: "day" | "month" | "month-day";
  /** The parts in their order, to write them again. */
  readonly write: (day: number) => string;
}

const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const DAY_MS = 86_400_000;
/** A year without a leap day stands in where none is given. */
const ASSUMED_YEAR = 2001;

function dayOf(year: number, month: number, day: number): number | undefined {
  const value = Date.UTC(year, month - 1, day);
  const date = new Date(value);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? Math.round(value / DAY_MS)
    : undefined;
}

function civil(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** With a leading zero where the original would have one. */
function padded(value: number, like: string): string {
  return like.startsWith("0") ? String(value).padStart(2, "0") : String(value);
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year > 35 ? 1900 + year : 2000 + year;
}

function yearLike(year: number, like: string): string {
  return like.length === 4 ? String(year) : String(year % 100).padStart(2, "0");
}

function monthLike(month: number, like: string): string {
  const name = MONTHS[month - 1] ?? "";
  const bare = like.replace(".", "");
  const isFull = MONTHS.includes(bare.toLowerCase()) && bare.length > 3;
  const isMay = bare.toLowerCase() === "may";
  const text =
    isFull || isMay
      ? name
      : name.slice(0, bare.length === 4 && name === "september" ? 4 : 3) + (like.endsWith(".") ? "." : "");
  if (like === like.toUpperCase()) return text.toUpperCase();
  return like[0] === like[0]?.toUpperCase() ? (text[0] ?? "").toUpperCase() + text.slice(1) : text;
}

function ordinal(day: number, like: string): string {
  if (like === "") return "";
  const suffix =
    day % 10 === 1 && day !== 11
      ? "st"
      : day % 10 === 2 && day !== 12
        ? "nd"
        : day % 10 === 3 && day !== 13
          ? "rd"
          : "th";
  return like === like.toUpperCase() ? suffix.toUpperCase() : suffix;
}

const NUMERIC = /^(\d{1,2})([-/.] ?)(\d{1,2})(?:\2(\d{4}|\d{2}))?$/;
const ISO = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(.*)$/s;
const COMPACT = /^((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(\d*)$/;
const NAME = String.raw`(jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)`;
const MONTH_FIRST = new RegExp(
  String.raw`^${NAME}([ \n-]+(?:the )?)(\d{1,2})(st|nd|rd|th)?(?:([ ,\n-]{1,3})(\d{4}))?$`,
  "i",
);
const DAY_FIRST = new RegExp(
  String.raw`^(\d{1,2})(st|nd|rd|th)?([ \n-]+(?:of )?)${NAME}(?:([ ,\n-]{1,3}(?:of )?)(\d{4}))?$`,
  "i",
);
const MONTH_YEAR = new RegExp(String.raw`^${NAME}([ ,\n-]+(?:of )?)(\d{4})$`, "i");
const WEEKDAY = /^((?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?[ \n]{1,2})(.*)$/is;

function monthNumber(name: string): number {
  return MONTHS.findIndex((month) => month.startsWith(name.replace(".", "").toLowerCase().slice(0, 3))) + 1;
}

function numeric(text: string, dayFirst: boolean): ReadDate | undefined {
  const match = NUMERIC.exec(text);
  if (match === null) return undefined;
  const [, first = "", gap = "", second = "", yearText = ""] = match;
  const isDayFirst =
    Number(first) > 12 || (gap.startsWith(".") && Number(second) <= 12) || (dayFirst && Number(second) <= 12);
  const [month, day] = isDayFirst ? [Number(second), Number(first)] : [Number(first), Number(second)];
  const value = dayOf(yearText === "" ? ASSUMED_YEAR : fullYear(yearText), month, day);
  if (value === undefined || (yearText === "" && gap !== "/")) return undefined;
  return {
    day: value,
    precision: yearText === "" ? "month-day" : "day",
    write: (shifted) => {
      const to = civil(shifted);
      const [a, b] = isDayFirst ? [to.day, to.month] : [to.month, to.day];
      const like = first.length === 2 && second.length === 2 ? "00" : "";
      return `${padded(a, like || first)}${gap}${padded(b, like || second)}${yearText === "" ? "" : gap + yearLike(to.year, yearText)}`;
    },
  };
}

function iso(text: string): ReadDate | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, yearText = "", gap = "", monthText = "", dayText = "", rest = ""] = match;
  const value = dayOf(Number(yearText), Number(monthText), Number(dayText));
  if (value === undefined) return undefined;
  const write = (shifted: number) => {
    const { year, month, day } = civil(shifted);
    const like = monthText.length === 2 && dayText.length === 2 ? "00" : "";
    return `${year}${gap}${padded(month, like || monthText)}${gap}${padded(day, like || dayText)}${rest}`;
  };
  return { day: value, precision: "day", write };
}

function compact(text: string): ReadDate | undefined {
  const match = COMPACT.exec(text);
  if (match === null) return undefined;
  const [, yearText = "", monthText = "", dayText = "", rest = ""] = match;
  const value = dayOf(Number(yearText), Number(monthText), Number(dayText));
  if (value === undefined) return undefined;
  const two = (part: number) => String(part).padStart(2, "0");
  const write = (shifted: number) => {
    const { year, month, day } = civil(shifted);
    return `${year}${two(month)}${two(day)}${rest}`;
  };
  return { day: value, precision: "day", write };
}

function monthFirst(text: string): ReadDate | undefined {
  const match = MONTH_FIRST.exec(text);
  if (match === null) return undefined;
  const [, name = "", gap = "", dayText = "", suffix = "", comma = "", yearText = ""] = match;
  const value = dayOf(yearText === "" ? ASSUMED_YEAR : Number(yearText), monthNumber(name), Number(dayText));
  if (value === undefined) return undefined;
  const write = (shifted: number) => {
    const { year, month, day } = civil(shifted);
    return `${monthLike(month, name)}${gap}${padded(day, dayText)}${ordinal(day, suffix)}${comma}${yearText === "" ? "" : year}`;
  };
  return { day: value, precision: yearText === "" ? "month-day" : "day", write };
}

function dayFirstSpelt(text: string): ReadDate | undefined {
  const match = DAY_FIRST.exec(text);
  if (match === null) return undefined;
  const [, dayText = "", suffix = "", gap = "", name = "", comma = "", yearText = ""] = match;
  const value = dayOf(yearText === "" ? ASSUMED_YEAR : Number(yearText), monthNumber(name), Number(dayText));
  if (value === undefined) return undefined;
  const write = (shifted: number) => {
    const { year, month, day } = civil(shifted);
    return `${padded(day, dayText)}${ordinal(day, suffix)}${gap}${monthLike(month, name)}${comma}${yearText === "" ? "" : year}`;
  };
  return { day: value, precision: yearText === "" ? "month-day" : "day", write };
}

function monthYear(text: string): ReadDate | undefined {
  const match = MONTH_YEAR.exec(text);
  if (match === null) return undefined;
  const [, name = "", gap = "", yearText = ""] = match;
  const value = dayOf(Number(yearText), monthNumber(name), 1);
  if (value === undefined) return undefined;
  const write = (shifted: number) => `${monthLike(civil(shifted).month, name)}${gap}${civil(shifted).year}`;
  return { day: value, precision: "month", write };
}

/** Reads a date in one of the formats that can be written again; undefined for the others (holidays, spelt days). */
export function readDate(text: string, dayFirst: boolean): ReadDate | undefined {
  const weekday = WEEKDAY.exec(text);
  if (weekday !== null) {
    const rest = readDate(weekday[2] ?? "", dayFirst);
    return rest && { ...rest, write: (day) => `${weekday[1] ?? ""}${rest.write(day)}` };
  }
  return (
    iso(text) ??
    numeric(text, dayFirst) ??
    compact(text) ??
    monthFirst(text) ??
    dayFirstSpelt(text) ??
    monthYear(text)
  );
}

/**
 * A date moved by whole weeks, so that weekdays stay true; a month moves by whole months, and a day without
 * a year round the year. Negative `weeks` move back.
 */
export function shiftDate(date: ReadDate, weeks: number): string {
  if (date.precision === "month") {
    const { year, month } = civil(date.day);
    const months = year * 12 + month - 1 + Math.round((weeks * 7) / 30.436_875);
    return date.write(dayOf(Math.floor(months / 12), (months % 12) + 1, 1) ?? date.day);
  }
  if (date.precision === "month-day") {
    const start = dayOf(ASSUMED_YEAR, 1, 1) ?? 0;
    return date.write(start + ((((date.day - start + weeks * 7) % 365) + 365) % 365));
  }
  return date.write(date.day + weeks * 7);
}
