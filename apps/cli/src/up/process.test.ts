/// <reference types="node" />
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { supervise } from "./process.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-process-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that notes its arguments, says that it is ready, and lives until it is told to end. */
async function program(body = ""): Promise<string> {
  const file = join(folder, "program.ts");
  const notes = JSON.stringify(join(folder, "starts"));
  await writeFile(
    file,
    `import { appendFileSync } from "node:fs";
appendFileSync(${notes}, process.argv.slice(2).join(" ") + "\\n");
${body}
console.error("a line of its log");
console.log("no JSON");
console.log(JSON.stringify({ listening: 4711 }));
setInterval(() => undefined, 1000);
process.once("SIGTERM", () => process.exit(0));
`,
  );
  return file;
}

const starts = async () => (await readFile(join(folder, "starts"), "utf8")).trimEnd().split("\n");

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a supervised process", () => {
  it("says what it said, is started again after a crash with what it said, and ends when told", async () => {
    const logged: string[] = [];
    const running = await supervise({
      name: "test",
      file: await program(),
      args: (earlier) => [`port=${JSON.stringify(earlier?.["listening"] ?? 0)}`],
      readyField: "listening",
      onLog: (line) => logged.push(line),
    });
    expect(running.ready).toEqual({ listening: 4711 });
    const firstPid = running.pid();
    process.kill(firstPid ?? 0, "SIGKILL");
    await vi.waitFor(async () => expect(await starts()).toEqual(["port=0", "port=4711"]), 10_000);
    await vi.waitFor(() => expect(running.pid()).not.toBe(firstPid), 10_000);
    await running.stop();
    expect(isAlive(running.pid())).toBe(false);
    expect(logged).toContain("a line of its log");
    expect(logged.some((line) => line.includes('"event":"restart"'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await starts()).toHaveLength(2);
  });

  it("that ends while it starts is an error", async () => {
    const spec = {
      name: "test",
      file: await program('console.error("no port left"); process.exit(3);'),
      args: () => [],
      readyField: "listening",
      onLog: () => undefined,
    };
    await expect(supervise(spec)).rejects.toMatchObject({
      code: "PROCESS_NOT_READY",
      family: "Unavailable",
      message: expect.stringContaining("no port left"),
    });
  });
});
