import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { keyProviderConformance } from "@cloister/testkit/key-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ck, newModule } from "./binding.ts";
import { openPkcs11Keys } from "./provider.ts";
import { openToken } from "./token.ts";

// Debian's softhsm2: the real module of a real token, in software.
const library = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"].find((path) =>
  existsSync(path),
);
const present = library !== undefined && isInstalled();
if (!present) {
  process.stderr.write(
    "keys-pkcs11: SoftHSM2 or its binding is missing, tests are skipped; install them with\n" +
      "  apt-get install softhsm2 && npm ci --prefix adapters/keys-pkcs11/module\n",
  );
}

function isInstalled(): boolean {
  try {
    newModule();
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!present)(
  "keys on a PKCS#11 token (by command: npm ci --prefix adapters/keys-pkcs11/module, with softhsm2)",
  () => {
    const token = { library: library ?? "", tokenLabel: "cloister-test", pin: "648219" };
    const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
    let folder: string;
    let count = 0;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "cloister-softhsm-"));
      const configuration = join(folder, "softhsm2.conf");
      await writeFile(configuration, `directories.tokendir = ${folder}\nobjectstore.backend = file\n`);
      process.env["SOFTHSM2_CONF"] = configuration;
      const pins = ["--pin", token.pin, "--so-pin", "13572468"];
      execFileSync("softhsm2-util", ["--init-token", "--free", "--label", token.tokenLabel, ...pins]);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const openNew = () => {
      count += 1;
      return openPkcs11Keys({ ...token, label: `tenant-${count}`, create: true });
    };

    keyProviderConformance({ open: openNew });

    it("stay on the token: neither their value nor their export is given", async () => {
      const keys = await openPkcs11Keys({ ...token, label: "kept", create: true });
      const opened = openToken(token);
      const { module, session } = opened;
      const [kek] = opened.find([
        { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
        { type: ck.CKA_LABEL, value: "kept" },
      ]);
      const CKA_VALUE = 0x11;
      expect(() =>
        module.C_GetAttributeValue(session, kek ?? Buffer.alloc(0), [{ type: CKA_VALUE }]),
      ).toThrowError(/SENSITIVE/);
      opened.close();
      await keys.close();
    });

    it("are found again by another opening, and not under another label", async () => {
      const first = await openPkcs11Keys({ ...token, label: "again", create: true });
      const { key, wrapped } = await first.dataKey(scope);
      await first.close();
      const second = await openPkcs11Keys({ ...token, label: "again" });
      expect(await second.unwrap(wrapped, scope)).toEqual(key);
      await expect(openPkcs11Keys({ ...token, label: "agian" })).rejects.toMatchObject({
        code: "KEY_MISSING",
      });
      const other = await openPkcs11Keys({ ...token, label: "other", create: true });
      await expect(other.unwrap(wrapped, scope)).rejects.toMatchObject({ code: "KEY_MISSING" });
      await Promise.all([second.close(), other.close()]);
    });

    it("are refused with a wrong PIN, token or library, without a word about the PIN", async () => {
      const wrong = { ...token, pin: "111111", label: "x" };
      const error: unknown = await openPkcs11Keys(wrong).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "KEY_DENIED" });
      expect(JSON.stringify(error) + String(error)).not.toContain("111111");
      const elsewhere = openPkcs11Keys({ ...token, tokenLabel: "none", label: "x" });
      await expect(elsewhere).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
      const nowhere = openPkcs11Keys({ ...token, library: join(folder, "none.so"), label: "x" });
      await expect(nowhere).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
    });

    it("are unavailable when the session was lost, and there again at the next try", async () => {
      const keys = await openPkcs11Keys({ ...token, label: "lost", create: true });
      const { key, wrapped } = await keys.dataKey(scope);
      const { module, close } = openModule();
      for (const slot of module.C_GetSlotList(true)) module.C_CloseAllSessions(slot);
      await expect(keys.unwrap(wrapped, scope)).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
      expect(await keys.unwrap(wrapped, scope)).toEqual(key);
      close();
      await keys.close();
    });

    /** The same library from elsewhere in this process. */
    function openModule() {
      const { module, ...opened } = openToken(token);
      return { module, close: () => opened.close() };
    }

    it("keep apart two versions made at once", async () => {
      const [one, two] = [await openPkcs11Keys({ ...token, label: "race", create: true }), await openNew()];
      const same = await openPkcs11Keys({ ...token, label: "race" });
      const versions = await Promise.all([one.rotate(), same.rotate()]);
      expect(new Set(versions).size).toBe(2);
      const { key, wrapped } = await one.dataKey(scope);
      expect(await same.unwrap(wrapped, scope)).toEqual(key);
      await Promise.all([one.close(), two.close(), same.close()]);
    });
  },
);
