import { access } from "node:fs/promises";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { openLogStore } from "@cloister/store-sqlite/log";
import { entriesFromJson } from "@cloister/transparency";

/** Where a log's leaves and its signed checkpoint are read from. Nothing it gives is verified yet. */
export interface LogSource {
  /** For people: what was read. */
  readonly name: string;
  checkpoint(): Promise<string>;
  /** The leaves under a checkpoint of this size, in order; a log at rest shows a surplus too. */
  leaves(size: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const pageCount = 1000;
const timeoutMs = 15_000;

/** A running log over HTTP. @throws BaseError `LOG_UNREACHABLE`, `LOG_REFUSED` from its methods */
export function httpSource(url: string, readerToken: string): LogSource {
  return {
    name: url,
    checkpoint: async () => (await get(`${url}/v1/checkpoint`)).text(),
    // It may have grown since the checkpoint.
    leaves: (size) =>
      pages(size, async (from, count) => {
        const answer = await get(`${url}/v1/entries?from=${from}&count=${count}`, readerToken);
        return entriesFromJson(await answer.json());
      }),
    close: () => Promise.resolve(),
  };
}

/** Whether a log answers at this address. */
export async function isRunning(url: string): Promise<boolean> {
  return get(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}

async function get(url: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: unknown) => {
      throw new BaseError("Unavailable", "LOG_UNREACHABLE", `no log answers at ${new URL(url).origin}`, {
        cause,
      });
    },
  );
  if (answer.ok) return answer;
  const why =
    answer.status === 403 || answer.status === 401 ? "the reader token is not the log's" : "try again";
  throw new BaseError("Unavailable", "LOG_REFUSED", `the log answered ${answer.status}: ${why}`);
}

/** The database of a log that is not running. @throws BaseError `LOG_MISSING`, `STORE_UNAVAILABLE` */
export async function storeSource(logDir: string): Promise<LogSource> {
  const file = join(logDir, "log.sqlite");
  await access(file).catch((cause: unknown) => {
    throw new BaseError(
      "Usage",
      "LOG_MISSING",
      `${file} is not there; say --data, or --url of a running log`,
      {
        cause,
      },
    );
  });
  const store = await openLogStore(file);
  return {
    name: file,
    checkpoint: async () => {
      const { checkpoint } = await store.head();
      if (checkpoint !== undefined) return checkpoint;
      throw new BaseError("Verification", "LOG_EMPTY", `${file} holds no entries: nothing can be verified`);
    },
    leaves: (size) => pages(size + 1, (from, count) => store.leaves(from, count)),
    close: () => store.close(),
  };
}

async function* pages(
  total: number,
  read: (from: number, count: number) => Promise<readonly Uint8Array[]>,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < total; ) {
    const page = await read(from, Math.min(pageCount, total - from));
    if (page.length === 0) return;
    yield* page;
    from += page.length;
  }
}
