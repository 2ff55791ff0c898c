import { destination, pino } from "pino";

/** What a line may hold: that something happened, never what was said, by whom, or exactly how much. */
export interface LogLine {
  readonly event: "started" | "answered" | "refused" | "fault" | "keys-read" | "stopped";
  /** Names the key, not a person. */
  readonly key?: string;
  readonly outcome?: "complete" | "length" | "stopped" | "withheld" | "emergency";
  /** Code of a typed error, or the rule that withheld a clause. */
  readonly code?: string;
  readonly inputSize?: SizeBucket;
  readonly outputSize?: SizeBucket;
}

/** Takes one line. */
export type Log = (line: LogLine) => void;

/** Exact lengths tell texts apart; these do not. Upper bounds in characters. */
const buckets = [256, 1_024, 4_096, 16_384] as const;
export type SizeBucket = `<=${(typeof buckets)[number]}` | ">16384";

/** The bucket of a length. */
export function sizeBucket(length: number): SizeBucket {
  const bucket = buckets.find((bound) => length <= bound);
  return bucket === undefined ? ">16384" : `<=${bucket}`;
}

/** JSON lines on standard error. Only the fields of {@link LogLine} pass, whatever the caller hands over. */
export function stderrLog(): Log {
  const logger = pino({ base: null }, destination({ fd: 2, sync: true }));
  return ({ event, key, outcome, code, inputSize, outputSize }) =>
    logger.info({ event, key, outcome, code, inputSize, outputSize });
}
