import { fromUtf8, toUtf8 } from "@cloister/bytes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CpioEntry, cpioRules, encodeCpio } from "./index.ts";

const file = (path: string, content = "", executable = false): CpioEntry => ({
  kind: "file",
  path,
  content: toUtf8(content),
  executable,
});

/** A reader that shares no code with the writer: name, mode and content of each record, up to the trailer. */
function read(bytes: Uint8Array): [name: string, mode: string, content: string][] {
  const records: [string, string, string][] = [];
  for (let at = 0; ; ) {
    const head = fromUtf8(bytes.subarray(at, at + 110));
    expect(head).toMatch(/^070701[0-9a-f]{104}$/);
    const field = (index: number) => Number.parseInt(head.slice(6 + 8 * index, 14 + 8 * index), 16);
    const name = fromUtf8(bytes.subarray(at + 110, at + 109 + field(11)));
    const start = Math.ceil((at + 110 + field(11)) / 4) * 4;
    if (name === "TRAILER!!!") return records;
    expect([field(2), field(3), field(5), field(12)]).toEqual([0, 0, 0, 0]); // owner, group, time, check
    records.push([name, field(1).toString(8), fromUtf8(bytes.subarray(start, start + field(6)))]);
    at = Math.ceil((start + field(6)) / 4) * 4;
  }
}

describe("a root file system", () => {
  it("holds what it was given, and the folders around it", () => {
    const archive = encodeCpio([
      file("usr/bin/node", "binary", true),
      file("app/main.js", "code"),
      { kind: "folder", path: "dev" },
      { kind: "link", path: "bin", target: "usr/bin" },
    ]);
    expect(read(archive)).toEqual([
      ["app", "40755", ""],
      ["app/main.js", "100644", "code"],
      ["bin", "120777", "usr/bin"],
      ["dev", "40755", ""],
      ["usr", "40755", ""],
      ["usr/bin", "40755", ""],
      ["usr/bin/node", "100755", "binary"],
    ]);
    expect(archive.length % 512).toBe(0);
  });

  it("is the same whatever the order", () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(paths, fc.string({ maxLength: 9 }), (names, content) => {
        const entries = names.map((name) => file(`app/${name}`, content));
        const turned = [...entries.slice(1), ...entries.slice(0, 1)];
        expect(encodeCpio(turned)).toEqual(encodeCpio(entries));
        expect(read(encodeCpio(entries)).length).toBe(names.length + 1);
      }),
      { numRuns: 50 },
    );
  });

  const huge: CpioEntry = {
    kind: "file",
    path: "a",
    content: Object.create(Uint8Array.prototype, { length: { value: 2 ** 32 } }),
    executable: false,
  };
  const faults: [keyof typeof cpioRules, readonly CpioEntry[]][] = [
    ...["/etc/passwd", "../a", "a/../b", "a//b", "", "a/", "a b", "./a"].map(
      (path): [keyof typeof cpioRules, readonly CpioEntry[]] => ["CPIO_PATH", [file(path)]],
    ),
    ["CPIO_DUPLICATE", [file("a"), file("a")]],
    ["CPIO_DUPLICATE", [file("a"), file("a/b")]],
    ["CPIO_SIZE", [huge]],
  ];

  it.each(faults)("answers %s", (code, entries) => {
    expect(() => encodeCpio(entries)).toThrow(expect.objectContaining({ code }));
  });

  it("has a negative test for every rule", () => {
    expect(new Set(faults.map(([code]) => code))).toEqual(new Set(Object.keys(cpioRules)));
  });
});
