import { open } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";

/** Counts, so that it survives a power failure, how often a task looked at the records. */
export interface ReleaseCount {
  /** One more. @throws BaseError `FEDERATION_SPENT` beyond the limit */
  readonly take: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * A count in a file: one byte for each, appended and flushed before the next look.
 * @param limit how many were paid for
 */
export async function openReleaseCount(file: string, limit: number): Promise<ReleaseCount> {
  const handle = await open(file, "a", 0o600);
  let { size } = await handle.stat();
  return {
    take: async () => {
      if (size >= limit) {
        throw new BaseError(
          "Policy",
          "FEDERATION_SPENT",
          "this task has looked at the records as often as was paid for; agree on a new task and its budget",
        );
      }
      await handle.appendFile(".");
      await handle.datasync();
      size += 1;
    },
    close: () => handle.close(),
  };
}
