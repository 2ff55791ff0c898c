import { destination, pino } from "pino";

/** What a line may hold: that something happened, never what was said or by whom. */
interface LogLine {
  readonly event: "started" | "connection" | "answered" | "failed" | "stopped";
  readonly outcome?: "grounded" | "abstained" | "emergency" | "stopped";
  readonly state?: "offline" | "connecting" | "online";
  /** Code of a typed error. */
  readonly code?: string;
}

export type Logger = (line: LogLine) => void;

/** JSON lines on standard error. Only the fields of {@link LogLine} pass, whatever the caller hands over. */
export function stderrLogger(): Logger {
  const logger = pino({ base: null }, destination({ fd: 2, sync: true }));
  return ({ event, outcome, state, code }) => logger.info({ event, outcome, state, code });
}
