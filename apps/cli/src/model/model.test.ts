/// <reference types="node" />
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { catalogue } from "@cloister/model-llama/weights";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addModelCommand } from "../commands/model.ts";
import { progressLine, showProgress } from "./progress.ts";
import { wantedWeights } from "./wanted.ts";

const content = Buffer.from("weights");
const sha256 = createHash("sha256").update(content).digest("hex");
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-cli-model-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command, and gives what it printed as JSON. */
async function run(...args: readonly string[]): Promise<unknown> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addModelCommand(program);
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await program.parseAsync(["model", ...args, "--data", folder, "--json"], { from: "user" });
  return JSON.parse(String(out.mock.calls.at(-1)?.[0]));
}

describe("cloister model", () => {
  it("pulls weights of one's own from a file, lists them, and removes them", async () => {
    const from = join(folder, "mine.gguf");
    await writeFile(from, content);
    const pulled = (await run("pull", "mine", "--from", from, "--sha256", sha256.toUpperCase())) as {
      path: string;
    };
    expect(pulled).toMatchObject({ name: "mine", digest: sha256, source: "file" });
    expect(await readFile(pulled.path)).toEqual(content);
    expect(await run("list")).toMatchObject({ own: [{ name: "mine", digest: sha256 }] });
    expect(await run("remove", "mine")).toEqual({ removed: "mine" });
    expect(await run("list")).toMatchObject({ own: [] });
  });

  it("refuses other bytes, and a digest that is none", async () => {
    const from = join(folder, "mine.gguf");
    await writeFile(from, "other weights");
    await expect(run("pull", "mine", "--from", from, "--sha256", sha256)).rejects.toMatchObject({
      code: "MODEL_DIGEST",
    });
    await expect(run("pull", "mine", "--from", from, "--sha256", "abc")).rejects.toThrow(/64 hexadecimal/);
  });

  it("shows the catalogue, and what of it is here", async () => {
    expect(await run("list")).toEqual({ catalogue: catalogue.map(shown), own: [] });
  });
});

function shown({ name, description, licence, sizeBytes, digest }: (typeof catalogue)[number]) {
  return { name, description, licence, sizeBytes, digest };
}

describe("what is wanted", () => {
  it("is what the catalogue says, under its digest only", () => {
    expect(wantedWeights("smollm2-135m", {})).toBe(catalogue[0]);
    expect(() => wantedWeights("smollm2-135m", { sha256 })).toThrowError(
      expect.objectContaining({ code: "MODEL_DIGEST_TWICE" }),
    );
  });

  it("needs a file and a digest outside of it", () => {
    expect(wantedWeights("mine", { from: "f", sha256 })).toEqual({ name: "mine", digest: sha256 });
    for (const own of [{}, { from: "f" }, { sha256 }]) {
      expect(() => wantedWeights("mine", own)).toThrow(/smollm2-135m.*--from and --sha256/);
    }
  });
});

describe("progress", () => {
  it("is a bar where the size is known", () => {
    expect(progressLine({ source: "hub", doneBytes: 50_000_000, totalBytes: 100_000_000 })).toBe(
      "  ████████████░░░░░░░░░░░░  50 %  50.0 of 100.0 MB  from model hub",
    );
    expect(progressLine({ source: "file", doneBytes: 1_500_000 })).toBe("  1.5 MB  from file");
  });

  it("is a line for each tenth where nobody watches", () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const show = showProgress();
    for (let doneBytes = 1; doneBytes <= 1_000; doneBytes += 1) {
      show({ source: "wheel", doneBytes, totalBytes: 1_000 });
    }
    expect(write).toHaveBeenCalledTimes(11);
  });
});
