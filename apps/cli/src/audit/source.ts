import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { openLogStore } from "@cloister/store-sqlite/log";
import { entriesFromJson, parseCheckpointText } from "@cloister/transparency";
import { parseNote } from "@cloister/transparency/note";
import { proveInclusion } from "@cloister/transparency/tree";
import { formatTlogProof } from "@cloister/transparency/witnessing";

/** Where a log's leaves and its signed checkpoint are read from. Nothing it gives is verified yet. */
export interface LogSource {
  /** For people: what was read. */
  readonly name: string;
  checkpoint(): Promise<string>;
  /** The checkpoint that the log publishes; nothing while no quorum has cosigned one. */
  published(): Promise<string | undefined>;
  /** The leaves from `from` (0) on under a checkpoint of this size; a log at rest shows a surplus too. */
  leaves(size: number, from?: number): AsyncIterable<Uint8Array>;
  /** C2SP tlog-proof of a leaf under the published checkpoint. */
  prove(index: number): Promise<string>;
  close(): Promise<void>;
}

const pageCount = 1000;
const timeoutMs = 15_000;

/** A running log over HTTP. @throws BaseError `LOG_UNREACHABLE`, `LOG_REFUSED` from its methods */
export function httpSource(url: string, readerToken: string): LogSource {
  return {
    name: url,
    checkpoint: async () => (await get(`${url}/v1/checkpoint`)).text(),
    published: async () => {
      const answer = await ask(`${url}/checkpoint`);
      return answer.status === 503 ? undefined : required(answer).text();
    },
    // It may have grown since the checkpoint.
    leaves: (size, from = 0) =>
      pages(from, size, async (start, count) => {
        const answer = await get(`${url}/v1/entries?from=${start}&count=${count}`, readerToken);
        return entriesFromJson(await answer.json());
      }),
    prove: async (index) => {
      const answer = await ask(`${url}/v1/proof/published?index=${index}`);
      if (answer.status === 404) throw notCovered();
      return required(answer).text();
    },
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
  return required(await ask(url, token));
}

async function ask(url: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch((cause: unknown) => {
    const message = `no log answers at ${new URL(url).origin}`;
    throw new BaseError("Unavailable", "LOG_UNREACHABLE", message, { cause });
  });
}

function required(answer: Response): Response {
  if (answer.ok) return answer;
  const why =
    answer.status === 403 || answer.status === 401 ? "the reader token is not the log's" : "try again";
  throw new BaseError("Unavailable", "LOG_REFUSED", `the log answered ${answer.status}: ${why}`);
}

function notCovered(): BaseError {
  return new BaseError("Usage", "LEAF_NOT_COVERED", "the published checkpoint does not cover this entry yet");
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
  const checkpoint = async () => {
    const head = await store.head();
    if (head.checkpoint !== undefined) return head.checkpoint;
    throw new BaseError("Verification", "LOG_EMPTY", `${file} holds no entries: nothing can be verified`);
  };
  // Where witnesses are asked, the log keeps what they cosigned.
  const published = () => readFile(join(logDir, "witnessed.checkpoint"), "utf8").catch(checkpoint);
  return {
    name: file,
    checkpoint,
    published,
    leaves: (size, from = 0) => pages(from, size + 1, (start, count) => store.leaves(start, count)),
    prove: async (index) => {
      const note = await published();
      const { size } = parseCheckpointText(parseNote(note).unverifiedText);
      if (index >= size) throw notCovered();
      const proof = await proveInclusion(store, index, size);
      return formatTlogProof({ index, proof, checkpoint: note });
    },
    close: () => store.close(),
  };
}

async function* pages(
  first: number,
  total: number,
  read: (from: number, count: number) => Promise<readonly Uint8Array[]>,
): AsyncGenerator<Uint8Array> {
  for (let from = first; from < total; ) {
    const page = await read(from, Math.min(pageCount, total - from));
    if (page.length === 0) return;
    yield* page;
    from += page.length;
  }
}
