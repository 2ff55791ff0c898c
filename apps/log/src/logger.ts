import { destination, pino } from "pino";

/** What a line of the process's own log may hold: nothing about a request but its kind and outcome. */
export interface LogLine {
  readonly event:
    | "started"
    | "stopping"
    | "stopped"
    | "request"
    | "failure"
    /** A quorum cosigned the checkpoint of this size; or did not, for the reason in `code`. */
    | "witnessed"
    | "unwitnessed"
    /** One witness did not cosign. */
    | "witness";
  /** The pattern, never the path. */
  readonly route?: string;
  readonly status?: number;
  readonly durationMs?: number;
  /** Code of a typed error. */
  readonly code?: string;
  readonly size?: number;
}

export type Logger = (line: LogLine) => void;

/** JSON lines on standard error. Only the fields of {@link LogLine} pass, whatever the caller hands over. */
export function stderrLogger(): Logger {
  const logger = pino({ base: null }, destination({ fd: 2, sync: true }));
  return ({ event, route, status, durationMs, code, size }) =>
    logger.info({ event, route, status, durationMs, code, size });
}
