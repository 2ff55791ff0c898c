import { toHex } from "@cloister/bytes";
import { ed25519Verify } from "@cloister/crypto";
import type { KeyProvider, KeyScope } from "@cloister/keys";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** How to test a key store. */
export interface KeyProviderSetup {
  /** A key store with a tenant's key and a signing key. */
  readonly open: () => Promise<KeyProvider>;
}

const scope: KeyScope = { tenant: "clinic-a", conversation: "c_1", epoch: 3, version: 1 };
const others: readonly (readonly [string, KeyScope])[] = [
  ["tenant", { ...scope, tenant: "clinic-b" }],
  ["conversation", { ...scope, conversation: "c_2" }],
  ["epoch", { ...scope, epoch: 4 }],
  ["version", { ...scope, version: 2 }],
];
const key = Uint8Array.from({ length: 32 }, (_, at) => at * 7);

/** What every adapter of the key port must do. */
export function keyProviderConformance({ open }: KeyProviderSetup): void {
  describe("a key store", () => {
    let keys: KeyProvider;
    beforeEach(async () => {
      keys = await open();
    });
    afterEach(() => keys.close());

    it("wraps and unwraps, never twice the same", async () => {
      const [first, second] = [await keys.wrap(key, scope), await keys.wrap(key, scope)];
      expect(first.version).toBe((await keys.status()).version);
      expect(toHex(first.bytes)).not.toBe(toHex(second.bytes));
      expect(toHex(first.bytes)).not.toContain(toHex(key));
      expect(await keys.unwrap(first, scope)).toEqual(key);
      expect(await keys.unwrap(second, scope)).toEqual(key);
    });

    it("makes data keys of 32 bytes with their wrapped form", async () => {
      const [one, two] = [await keys.dataKey(scope), await keys.dataKey(scope)];
      expect(one.key).toHaveLength(32);
      expect(toHex(one.key)).not.toBe(toHex(two.key));
      expect(await keys.unwrap(one.wrapped, scope)).toEqual(one.key);
    });

    it.each(others)("refuses a wrapped key under another %s", async (_, other) => {
      const wrapped = await keys.wrap(key, scope);
      await expect(keys.unwrap(wrapped, other)).rejects.toMatchObject({ code: "KEY_UNWRAP" });
      await expect(keys.rewrap(wrapped, other)).rejects.toMatchObject({ code: "KEY_UNWRAP" });
    });

    it("refuses a wrapped key that was changed, cut or made up", async () => {
      const { version, bytes } = await keys.wrap(key, scope);
      const last = bytes.length - 1;
      const damaged = [
        bytes.map((byte, at) => (at === last ? byte ^ 1 : byte)),
        bytes.map((byte, at) => (at === last >> 1 ? byte ^ 0x80 : byte)),
        bytes.slice(0, last),
        new Uint8Array(),
        new Uint8Array(60),
      ];
      for (const one of damaged) {
        const error: unknown = await keys
          .unwrap({ version, bytes: one }, scope)
          .catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: "KEY_UNWRAP" });
        expect(String(error)).not.toContain(toHex(key));
      }
    });

    it("refuses keys of other lengths, and scopes that could carry more than ids", async () => {
      for (const length of [0, 16, 31, 33]) {
        await expect(keys.wrap(new Uint8Array(length), scope)).rejects.toMatchObject({ code: "KEY_LENGTH" });
      }
      const bad = [
        { ...scope, tenant: "" },
        { ...scope, conversation: "Jane Doe" },
        { ...scope, conversation: "../up" },
        { ...scope, epoch: -1 },
        { ...scope, version: 0 },
      ];
      for (const one of bad) {
        await expect(keys.wrap(key, one)).rejects.toMatchObject({ code: "KEY_SCOPE" });
        await expect(keys.dataKey(one)).rejects.toMatchObject({ code: "KEY_SCOPE" });
      }
    });

    it("rotates: old wrapped keys open, new ones have the new version, rewrapping moves them", async () => {
      const old = await keys.wrap(key, scope);
      const version = await keys.rotate();
      expect(version).not.toBe(old.version);
      expect((await keys.status()).version).toBe(version);
      expect(await keys.unwrap(old, scope)).toEqual(key);
      expect((await keys.wrap(key, scope)).version).toBe(version);
      const moved = await keys.rewrap(old, scope);
      expect(moved.version).toBe(version);
      expect(await keys.unwrap(moved, scope)).toEqual(key);
    });

    it("signs with Ed25519; rotation leaves that key as it is", async () => {
      const message = Uint8Array.of(1, 2, 3);
      const { signingKey: publicKey } = await keys.status();
      const signature = await keys.sign(message);
      expect(ed25519Verify({ publicKey, message, signature })).toBe(true);
      expect(ed25519Verify({ publicKey, message: Uint8Array.of(1, 2, 4), signature })).toBe(false);
      await keys.rotate();
      expect((await keys.status()).signingKey).toEqual(publicKey);
    });
  });
}
