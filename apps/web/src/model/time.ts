const dayMs = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Whole days between two times, by the calendar of this device. */
function daysBetween(earlierMs: number, laterMs: number): number {
  return Math.round((startOfDay(laterMs) - startOfDay(earlierMs)) / dayMs);
}

/** The time of day, in the form that this device uses. */
export function timeOfDay(ms: number): string {
  return clock.format(ms);
}

/** Short: time today, "Yesterday", weekday within a week, else a date. */
export function shortTime(ms: number, nowMs: number): string {
  const days = daysBetween(ms, nowMs);
  if (days <= 0) return clock.format(ms);
  if (days === 1) return "Yesterday";
  return days < 7 ? weekday.format(ms) : shortDate.format(ms);
}

/** The heading of a day in a conversation. */
export function dayLabel(ms: number, nowMs: number): string {
  const days = daysBetween(ms, nowMs);
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : longDate.format(ms);
}

/** Names a day, so that two times can be compared by it. */
export function dayKey(ms: number): number {
  return startOfDay(ms);
}

export function fullDate(ms: number): string {
  return longDate.format(ms);
}

/** How long ago, in days: "today", "yesterday", "12 days ago". */
export function daysAgo(ms: number, nowMs: number): string {
  const days = daysBetween(ms, nowMs);
  if (days <= 0) return "today";
  return days === 1 ? "yesterday" : `${days} days ago`;
}
