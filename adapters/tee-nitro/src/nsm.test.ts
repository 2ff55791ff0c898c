import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatBytes, fromHex, toHex, toUtf8, uint32 } from "@cloister/bytes";
import { afterEach, describe, expect, it } from "vitest";
import { NitroSecurityModule } from "./nsm.ts";

const hex = (text: string) => toHex(toUtf8(text));
/** {"DescribePCR": {"lock": true, "data": 48 bytes}} */
const pcrAnswer = fromHex(
  `a16b${hex("DescribePCR")}a264${hex("lock")}f564${hex("data")}5830${"07".repeat(48)}`,
);
/** {"Attestation": {"document": "doc"}} */
const documentAnswer = fromHex(`a16b${hex("Attestation")}a168${hex("document")}43${hex("doc")}`);
/** {"Error": "InvalidArgument"} */
const errorAnswer = fromHex(`a165${hex("Error")}6f${hex("InvalidArgument")}`);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Stands in for the init: answers any request with these bytes, split where sockets may split them. */
async function moduleThatSays(reply: Uint8Array, frameLength = reply.length) {
  const folder = await mkdtemp(join(tmpdir(), "nsm-"));
  const path = join(folder, "nsm.sock");
  const requests: string[] = [];
  const server: Server = createServer((socket) => {
    socket.on("data", (bytes) => {
      requests.push(toHex(Uint8Array.from(Buffer.from(bytes))));
      const framed = concatBytes(uint32(frameLength), reply);
      socket.write(framed.subarray(0, 3));
      setTimeout(() => socket.end(framed.subarray(3)), 5);
    });
  });
  server.listen(path);
  await once(server, "listening");
  open.push(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  return { nsm: new NitroSecurityModule(path), requests };
}

describe("the security module", () => {
  it("attests what it is given", async () => {
    const { nsm, requests } = await moduleThatSays(documentAnswer);
    expect(await nsm.attest({ nonce: toUtf8("n"), userData: toUtf8("u") })).toEqual(toUtf8("doc"));
    const body = `a16b${hex("Attestation")}a369${hex("user_data")}41${hex("u")}65${hex("nonce")}41${hex("n")}6a${hex("public_key")}f6`;
    expect(requests).toEqual([`${toHex(uint32(body.length / 2))}${body}`]);
  });

  it("shows a register", async () => {
    const { nsm, requests } = await moduleThatSays(pcrAnswer);
    expect(await nsm.pcr(8)).toEqual(new Uint8Array(48).fill(7));
    expect(requests[0]?.slice(8)).toBe(`a16b${hex("DescribePCR")}a165${hex("index")}08`);
  });

  it.each([
    ["NSM_REFUSED", errorAnswer, errorAnswer.length],
    ["NSM_ANSWER", pcrAnswer, pcrAnswer.length],
    ["NSM_ANSWER", toUtf8("nonsense"), 8],
    ["NSM_UNREACHABLE", documentAnswer, documentAnswer.length + 1],
    ["NSM_UNREACHABLE", documentAnswer, 0x3001],
  ])("fails with %s", async (code, reply, frameLength) => {
    const { nsm } = await moduleThatSays(reply, frameLength);
    await expect(nsm.attest({})).rejects.toMatchObject({ code });
  });

  it("refuses what the module would, and a socket that is not there", async () => {
    const nowhere = new NitroSecurityModule("/nonexistent/nsm.sock");
    await expect(nowhere.attest({})).rejects.toMatchObject({ code: "NSM_UNREACHABLE" });
    const fault = { code: "NSM_REQUEST" };
    await expect(nowhere.attest({ nonce: new Uint8Array(513) })).rejects.toMatchObject(fault);
    await expect(nowhere.attest({ publicKey: new Uint8Array(1025) })).rejects.toMatchObject(fault);
    await expect(nowhere.pcr(32)).rejects.toMatchObject(fault);
  });
});
