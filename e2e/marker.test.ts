import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findMarker } from "./support/marker.ts";

const marker = "violet-heron-4711";
const around = (bytes: Buffer) => Buffer.concat([Buffer.from("xx"), bytes, Buffer.from("yy")]);

/** The search that the privacy tests rest on finds what it looks for, in every disguise. */
describe("the marker search", () => {
  it.each([
    ["raw", around(Buffer.from(`a ${marker} b`))],
    ["hex", around(Buffer.from(Buffer.from(marker).toString("hex")))],
    ["utf16le", around(Buffer.from(marker, "utf16le"))],
    ["utf16be", around(Buffer.from(marker, "utf16le").swap16())],
    ["base64", Buffer.from(Buffer.from(marker).toString("base64"))],
    ["base64", Buffer.from(Buffer.from(`a${marker}b`).toString("base64"))],
    ["base64", Buffer.from(Buffer.from(`ab${marker}`).toString("base64url"))],
    ["gzip", around(gzipSync(`${marker} `.repeat(9)))],
    ["zlib", around(deflateSync(`${marker} `.repeat(9)))],
    ["deflate", deflateRawSync(`${marker} `.repeat(9))],
    ["brotli", brotliCompressSync(`${marker} `.repeat(9))],
  ])("finds %s", (encoding, bytes) => {
    expect(findMarker("here", bytes, marker).map((hit) => hit.encoding)).toContain(encoding);
  });

  it("finds nothing where nothing is", () => {
    expect(findMarker("here", Buffer.from("violet-heron-4712".repeat(100)), marker)).toEqual([]);
  });
});
