import { toUtf8 } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { x25519KeyPair } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hpkeSeal } from "./hpke.ts";
import { buildShard, openShard, sealShard, searchShard } from "./index-shards.ts";
import { seeded } from "./testing/seeded.ts";
import { tokensOf } from "./tokens.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });
const random = seeded(4);
const { privateKey: compliancePrivateKey, publicKey: complianceKey } = x25519KeyPair(random);
const scope = { conversation: new Uint8Array(16).fill(1), epoch: 2 };
const word = fc.oneof(fc.constantFrom("insulin", "insulation", "dose", "Übelkeit", "疼痛", "é"), fc.string());

function roundTrip(texts: readonly string[]) {
  const sealed = sealShard({ shard: buildShard(texts), scope, complianceKey, random });
  return openShard({ sealed, scope, compliancePrivateKey });
}

describe("index shards", () => {
  it("find exactly the messages that hold every word, after sealing and opening", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 12 }),
        word,
        word,
        (messages, one, two) => {
          const texts = messages.map((words) => words.join(" "));
          const shard = roundTrip(texts);
          expect(shard.subarray(0, buildShard(texts).length)).toEqual(buildShard(texts));
          const asked = tokensOf(`${one} ${two}`);
          fc.pre(asked.length > 0);
          const expected = texts.flatMap((text, number) => {
            const tokens = tokensOf(text);
            return asked.every((token) => tokens.includes(token)) ? [number] : [];
          });
          expect(searchShard(shard, asked.join(" "))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("fold case and accents, take beginnings, and search scripts without spaces by character", () => {
    const shard = roundTrip(["Übelkeit nach INSULIN", "insulation", "胸部疼痛", "dose 5.5 mg"]);
    expect(searchShard(shard, "ubelkeit Insulin")).toEqual([0]);
    expect(searchShard(shard, "insul*")).toEqual([0, 1]);
    expect(searchShard(shard, "insul")).toEqual([]);
    expect(searchShard(shard, "疼痛")).toEqual([2]);
    expect(searchShard(shard, "5.5")).toEqual([3]);
    expect(() => searchShard(shard, " .*")).toThrow(code("SHARD_QUERY"));
  });

  it("open for their own conversation, epoch and key only", () => {
    const sealed = sealShard({ shard: buildShard(["a"]), scope, complianceKey, random });
    const other = x25519KeyPair(random).privateKey;
    for (const change of [
      { scope: { ...scope, epoch: 3 } },
      { scope: { ...scope, conversation: new Uint8Array(16) } },
      { compliancePrivateKey: other },
      { sealed: sealed.slice(1) },
    ]) {
      expect(() => openShard({ sealed, scope, compliancePrivateKey, ...change })).toThrow(code("HPKE_OPEN"));
    }
  });

  it("show only the leading bits of their length", () => {
    for (let count = 0; count < 60; count += 1) {
      const texts = Array.from({ length: count }, (_unused, at) => `word${at * 7919} and so on`);
      const length = sealShard({ shard: buildShard(texts), scope, complianceKey, random }).length - 48;
      const unit = length & -length;
      expect(length / unit).toBeLessThanOrEqual(4 * Math.log2(Math.max(length, 2)));
    }
  });

  it.each([
    ["nothing", []],
    ["another version", [2, 0]],
    ["a word that shares what is not there", [1, 1, 5, 0, 0]],
    ["a word cut short", [1, 1, 0, 9, 65]],
    ["a word too long", [1, 1, 0, 0xff, 0x01, 65]],
    ["messages beyond the shard", [1, 1, 0, 1, 97, 0xff, 0xff, 0x03]],
    ["a message's number cut short", [1, 1, 0, 1, 97, 1, 0xff]],
    ["a length without end", [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])("break SHARD_FORMAT with %s", (_what, bytes) => {
    const use = {
      info: toUtf8("Cloister index shard v1"),
      associatedData: encodeCbor([scope.conversation, 2]),
    };
    const plaintext = Uint8Array.from(bytes);
    const sealed = hpkeSeal({ publicKey: complianceKey, plaintext, random, ...use });
    const search = () => searchShard(openShard({ sealed, scope, compliancePrivateKey }), "a");
    expect(search).toThrow(code("SHARD_FORMAT"));
  });
});
