const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether a text is a day of the calendar as `2026-03-11`. */
export function isDay(text: string): boolean {
  const [, year, month, day] = FORM.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return dayOf(date.getTime()) === text;
}

/** The day of a time in milliseconds since 1970, in UTC. Days compare as texts. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
