/// <reference types="node" />
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "../main.ts");
const note =
  "Lucia Marchetti, DOB 05/03/1961, MRN 4411023, was seen by Dr. Okonkwo in Dunmore on 2024-02-03.\n";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-deid-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function deid(args: readonly string[], input?: string) {
  const all = ["--disable-warning=ExperimentalWarning", main, "deid", ...args];
  return spawnSync(process.execPath, all, {
    cwd: folder,
    encoding: "utf8",
    ...(input !== undefined && { input }),
  });
}

describe("cloister deid", { timeout: 60_000 }, () => {
  it("reads standard input and prints the document alone", () => {
    const { stdout, stderr, status } = deid([], note);
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/Lucia|Marchetti|4411023|Okonkwo|Dunmore/);
    expect(stdout).toMatch(/, DOB \d\d\/\d\d\/196\d, MRN \d{7}, was seen by Dr\. /);
    expect(stderr).toMatch(/^\d identifiers replaced in text \(balanced, dates: shift\)\n/);
    expect(stderr).not.toMatch(/Lucia|Okonkwo/);
  });

  it("keeps a vault sealed for its owner, continues it, and restores from it", async () => {
    await writeFile(join(folder, "a.txt"), note);
    const first = deid(["a.txt", "--vault", "v", "--out", "a.out", "--json"]);
    expect(JSON.parse(first.stdout)).toMatchObject({ format: "text", counts: { NAME: 2, DATE: 2, MRN: 1 } });
    const hidden = await readFile(join(folder, "a.out"), "utf8");
    const again = deid(["-", "--vault", "v"], note);
    expect(again.stdout).toBe(hidden);
    expect(deid(["a.out", "--restore", "--vault", "v"]).stdout).toBe(note);
    expect((await stat(join(folder, "v.key"))).mode & 0o077).toBe(0);
    expect(await readFile(join(folder, "v"), "latin1")).not.toContain("Lucia");
    expect((await readdir(folder)).sort()).toEqual(["a.out", "a.txt", "v", "v.key"]);
  });

  it("prints spans that stand where they say", async () => {
    await writeFile(
      join(folder, "p.json"),
      '{"resourceType":"Patient","name":[{"family":"Marchetti"}],"birthDate":"1961-05-03"}',
    );
    const { stdout } = deid(["p.json", "--spans"]);
    const { format, spans } = JSON.parse(stdout) as {
      format: string;
      spans: { start: number; end: number; label: string }[];
    };
    expect(format).toBe("fhir");
    const source = await readFile(join(folder, "p.json"), "utf8");
    expect(spans.map(({ start, end, label }) => [label, source.slice(start, end)])).toEqual([
      ["NAME", "Marchetti"],
      ["DATE", "1961-05-03"],
    ]);
  });

  it.each([
    [["gone.txt"], "", 64, "DOCUMENT_MISSING"],
    [["-", "--format", "json"], '{"name":"Lucia Marchetti"', 65, "DOCUMENT_JSON"],
    [["-", "--format", "hl7"], "Lucia Marchetti", 65, "DOCUMENT_HL7"],
    [["-", "--restore"], note, 64, "DEID_OPTIONS"],
    [["-", "--restore", "--vault", "none"], note, 64, "VAULT_MISSING"],
    [["-", "--mode", "wild"], note, 64, "Allowed choices"],
  ])("refuses %j without a word of what it read", (args, input, status, code) => {
    const result = deid(args, input);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(code);
    expect(result.stdout + result.stderr).not.toMatch(/Lucia|Marchetti/);
  });

  it("refuses a vault whose key is another, or lost, and leaves no document", async () => {
    await writeFile(join(folder, "a.txt"), note);
    deid(["a.txt", "--vault", "v", "--out", "a.out"]);
    await writeFile(join(folder, "w.key"), "00".repeat(32), { mode: 0o600 });
    const wrong = deid(["a.txt", "--vault", "v", "--vault-key", "w.key", "--out", "b.out"]);
    expect(wrong.stderr).toContain("DECRYPT_FAILED");
    const lost = deid(["a.txt", "--vault", "v", "--vault-key", "x.key", "--out", "b.out"]);
    expect(lost.stderr).toContain("KEY_FILE_MISSING");
    expect(await readdir(folder)).not.toContain("b.out");
  });
});
