/// <reference types="node" />
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { holds, searchFolder } from "./marker.ts";

const marker = "marigold-kestrel-4471";

describe("the search for a text", () => {
  const text = Buffer.from(`a ${marker} b`);
  const utf16 = Buffer.from(`a ${marker} b`, "utf16le");
  const base64 = (before: string) => Buffer.from(Buffer.from(`${before}${marker} more`).toString("base64"));
  const disguised: [string, Buffer][] = [
    ["plain", text],
    ["in UTF-16, little end first", utf16],
    ["in UTF-16, big end first", Buffer.from(utf16).swap16()],
    ["in hexadecimal", Buffer.from(text.toString("hex"))],
    ["in HEXADECIMAL", Buffer.from(text.toString("hex").toUpperCase())],
    ["in base64", base64("")],
    ["in base64, one byte in", base64("a")],
    ["in base64, two bytes in", base64("ab")],
    ["in base64, three bytes in", base64("abc")],
  ];

  it.each(disguised)("finds it %s", (_, bytes) => {
    expect(holds(bytes, marker)).toBe(true);
  });

  it.each(disguised)("does not find another %s", (_, bytes) => {
    expect(holds(bytes, marker.replace("kestrel", "kestral"))).toBe(false);
  });

  it("looks into every file of a folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cloister-marker-"));
    try {
      await writeFile(join(folder, "a"), "nothing");
      expect(await searchFolder(folder, marker)).toMatchObject({ found: [] });
      await writeFile(join(folder, "b"), `x${marker}`);
      const { searched, found } = await searchFolder(folder, marker);
      expect(found).toEqual([join(folder, "b")]);
      expect(searched).toHaveLength(2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
