import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEif } from "@cloister/attestation/eif";
import { fromUtf8, isBaseError, toHex, toUtf8 } from "@cloister/bytes";
import { type Channel, call } from "@cloister/channel";
import { findQemu } from "@cloister/tee-qemu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  boot,
  bundleAgent,
  connectInside,
  enclave,
  keptFolder,
  type Started,
} from "./support/enclave-image.ts";

const bootMs = 180_000;
const data = await keptFolder();
const hasApt = await access("/usr/bin/apt-get").then(
  () => true,
  () => false,
);
const tools = await findQemu(join(data, "enclave", "qemu")).catch((error: unknown) => {
  if (isBaseError(error, "QEMU_MISSING")) return undefined;
  throw error;
});

describe.skipIf(!hasApt)("an enclave image (built on Debian only)", () => {
  let folder = "";
  let image = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-enclave-"));
    image = join(folder, "agent.eif");
    await bundleAgent(join(folder, "bundle"));
    await enclave("build", "--latest", "--bundle", join(folder, "bundle"), "--out", image, "--data", data);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("is the same when it is built again from another folder", async () => {
    await bundleAgent(join(folder, "another", "place"));
    const again = join(folder, "again.eif");
    const args = ["--latest", "--bundle", join(folder, "another", "place"), "--out", again, "--data", data];
    await enclave("build", ...args);
    expect((await readFile(again)).equals(await readFile(image))).toBe(true);
  });

  it("is measured offline, and described", async () => {
    const pcrs: unknown = JSON.parse(await enclave("measure", image, "--json"));
    const { measurement } = parseEif(await readFile(image));
    expect(pcrs).toEqual(
      Object.fromEntries([...measurement].map(([at, value]) => [`PCR${at}`, toHex(value)])),
    );
    const text = await enclave("describe", image);
    expect(text).toContain("not signed");
    expect(text).toContain("libc6");
  });

  it("is refused with one bit changed", async () => {
    const bytes = await readFile(image);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    const broken = join(folder, "broken.eif");
    await writeFile(broken, bytes);
    await expect(enclave("measure", broken)).rejects.toMatchObject({
      code: 65,
      stderr: expect.stringContaining("EIF_CHECKSUM"),
    });
  });

  describe.skipIf(!tools)("booted in QEMU (by command: adapters/tee-qemu/install.sh, then this test)", () => {
    let started: Started;
    let end: (() => Promise<void>) | undefined;
    let channel: Channel;
    const ask = async (name: string, request: Uint8Array): Promise<Uint8Array> =>
      call(channel, name, { request, maxAnswerBytes: 65_536 });

    beforeAll(async () => {
      ({ started, end } = await boot(image, data));
      channel = await connectInside(started, bootMs);
    }, bootMs);

    afterAll(async () => {
      await end?.();
    });

    it("answers a question over vsock", async () => {
      const answer: unknown = JSON.parse(
        fromUtf8(await ask("question", toUtf8("I have crushing chest pain"))),
      );
      expect(answer).toMatchObject({ emergency: true, kind: "cardiac" });
    });

    it("runs the agent without privileges", async () => {
      expect(JSON.parse(fromUtf8(await ask("self", toUtf8("?"))))).toMatchObject({ user: 1000 });
    });

    it.skipIf(tools?.machine !== "nitro-enclave")("attests what was computed offline", async () => {
      const { measurement } = parseEif(await readFile(image));
      const registers: unknown = JSON.parse(fromUtf8(await ask("registers", toUtf8("?"))));
      expect(registers).toEqual([0, 1, 2].map((index) => toHex(measurement.get(index) ?? new Uint8Array())));
      const nonce = new Uint8Array(32).fill(9);
      const document = toHex(await ask("evidence", nonce));
      for (const part of [nonce, toUtf8("manifest"), measurement.get(0) ?? nonce])
        expect(document).toContain(toHex(part));
    });

    it("streams 4 MiB one way without a stall", async () => {
      let bytesCount = 0;
      await new Promise<void>((resolve, reject) => {
        const stream = channel.open("stream", {
          onData: (bytes) => {
            bytesCount += bytes.length;
          },
          onEnd: () => stream.end(),
          onClose: (code) => (code === undefined ? resolve() : reject(new Error(code))),
        });
      });
      expect(bytesCount).toBe(4 * 1024 ** 2);
    });
  });
});
