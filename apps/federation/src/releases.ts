import { access, open } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";
import { syncFolder } from "@cloister/keys-file";

/** Counts, so that it survives a power failure, how often a task looked at the records. */
export interface ReleaseCount {
  /** One more. @throws BaseError `FEDERATION_SPENT` beyond the limit */
  readonly take: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * A count in a file: one byte for each, appended and flushed before the next look, whichever process counts.
 * @param input.limit how many were paid for
 * @param input.isNew whether they were paid for just now; without it a missing file is an error
 * @throws BaseError `FEDERATION_COUNT_LOST`
 */
export async function openReleaseCount(input: {
  readonly file: string;
  readonly limit: number;
  readonly isNew: boolean;
}): Promise<ReleaseCount> {
  const { file, limit, isNew } = input;
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists && !isNew) {
    throw new BaseError(
      "Policy",
      "FEDERATION_COUNT_LOST",
      "this task was paid for earlier and its count is not in --data; go on with that folder, or agree on a new task",
    );
  }
  const handle = await open(file, "a", 0o600);
  await handle.datasync();
  await syncFolder(file);
  return {
    take: async () => {
      await handle.appendFile(".");
      await handle.datasync();
      const { size } = await handle.stat();
      if (size > limit) {
        throw new BaseError(
          "Policy",
          "FEDERATION_SPENT",
          "this task has looked at the records as often as was paid for; agree on a new task and its budget",
        );
      }
    },
    close: () => handle.close(),
  };
}
