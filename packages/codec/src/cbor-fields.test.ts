import { describe, expect, it } from "vitest";
import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "./index.ts";

function fieldsOf(value: CborValue): FieldReader {
  return readMap(decodeCbor(encodeCbor(value)));
}

describe("FieldReader", () => {
  it("reads every type, absent fields and nested maps", () => {
    const fields = fieldsOf({
      name: "zoë",
      key: Uint8Array.of(1, 2),
      count: 7,
      on: true,
      kind: "ready",
      list: [1, 2],
      inner: { size: 1 },
      any: null,
    });
    expect(fields.text("name", { maxBytes: 4 })).toBe("zoë");
    expect(fields.bytes("key", { length: 2 })).toEqual(Uint8Array.of(1, 2));
    expect(fields.bytes("key", { maxBytes: 2 })).toEqual(Uint8Array.of(1, 2));
    expect(fields.uint("count", { max: 7 })).toBe(7);
    expect(fields.uint("count")).toBe(7);
    expect(fields.bool("on")).toBe(true);
    expect(fields.oneOf("kind", ["ready", "busy"])).toBe("ready");
    expect(fields.list("list", (item) => item, { maxCount: 2 })).toEqual([1, 2]);
    expect(fields.map("inner", (inner) => inner.uint("size", { max: 1 }))).toBe(1);
    expect(fields.value("any")).toBeNull();
    expect(fields.optional("absent", (key) => fields.bool(key))).toBeUndefined();
    expect(fields.optional("on", (key) => fields.bool(key))).toBe(true);
    expect(() => fields.end()).not.toThrow();
  });

  const secret = "Ada Lovelace";
  it.each<[string, CborValue, (fields: FieldReader) => unknown]>([
    ["a missing field", {}, (f) => f.value("f")],
    ["an inherited name", {}, (f) => f.value("toString")],
    ["text that is too long in bytes", { f: "ëë" }, (f) => f.text("f", { maxBytes: 3 })],
    ["bytes for text", { f: Uint8Array.of(1) }, (f) => f.text("f", { maxBytes: 9 })],
    ["text for bytes", { f: secret }, (f) => f.bytes("f", { maxBytes: 99 })],
    ["bytes of another length", { f: Uint8Array.of(1) }, (f) => f.bytes("f", { length: 2 })],
    ["bytes that are too many", { f: Uint8Array.of(1, 2) }, (f) => f.bytes("f", { maxBytes: 1 })],
    ["a negative integer", { f: -1 }, (f) => f.uint("f", { max: 9 })],
    ["an integer out of range", { f: 10 }, (f) => f.uint("f", { max: 9 })],
    ["an integer beyond 2^53", { f: 2n ** 60n }, (f) => f.uint("f")],
    ["a number for true", { f: 1 }, (f) => f.bool("f")],
    ["an unknown choice", { f: secret }, (f) => f.oneOf("f", ["a"])],
    ["a map for a list", { f: {} }, (f) => f.list("f", (item) => item)],
    ["a list that is too long", { f: [1, 2] }, (f) => f.list("f", (item) => item, { maxCount: 1 })],
    ["a list for a map", { f: [] }, (f) => f.map("f", () => 0)],
    ["bytes for a map", { f: Uint8Array.of() }, (f) => f.map("f", () => 0)],
    ["an unknown field inside", { f: { x: secret } }, (f) => f.map("f", () => 0)],
    ["an optional field of a wrong type", { f: 1 }, (f) => f.optional("f", (key) => f.bool(key))],
    ["an unknown field", { [secret]: 1 }, (f) => f.end()],
  ])("CBOR_FIELD: refuses %s and tells no value", (_what, value, read) => {
    let caught: unknown;
    try {
      read(fieldsOf(value));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ family: "Decode", code: "CBOR_FIELD" });
    expect((caught as Error).message).not.toContain(secret);
  });

  it.each<[CborValue]>([[null], [1], ["a"], [[]], [Uint8Array.of()]])("CBOR_FIELD: %j is no map", (value) => {
    expect(() => readMap(value)).toThrowError(expect.objectContaining({ code: "CBOR_FIELD" }));
  });
});
