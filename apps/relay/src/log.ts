import { basename } from "node:path";
import { destination, pino } from "pino";

/** What a line of the process's own log may hold: nothing about who, from where, or how much. */
export interface LogLine {
  readonly event: "started" | "stopping" | "stopped" | "fault" | "storage-failed" | "restored";
  /** The pattern, never the path. */
  readonly route?: string;
  /** Code of a typed error. */
  readonly code?: string;
  /** Kind of an unexpected error and the line of this code that threw it; never its message. */
  readonly fault?: string;
}

/** The relay's log port. */
export type Log = (line: LogLine) => void;

/** JSON lines on standard error. Only the fields of {@link LogLine} pass, whatever the caller hands over. */
export function stderrLog(): Log {
  const logger = pino({ base: null }, destination({ fd: 2, sync: true }));
  return ({ event, route, code, fault }) => logger.info({ event, route, code, fault });
}

/** Where an unexpected error came from, without its message, which may hold anything. */
export function faultOf(error: unknown): string {
  const origin = rootCause(error);
  if (!(origin instanceof Error)) return "unknown";
  const place = /([^\s(]+\.ts:\d+):\d+\)?$/m.exec(origin.stack ?? "")?.[1];
  const name = /^\w+$/.test(origin.name) ? origin.name : "Error";
  return place === undefined ? name : `${name} at ${basename(place)}`;
}

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
