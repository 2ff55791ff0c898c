import process from "node:process";
import { isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { serveHttp, stopSignal } from "./index.ts";

describe("serveHttp", () => {
  it("serves, and lets a request under way end when it closes", async () => {
    let release = () => {};
    const started = new Promise<void>((begun) => {
      release = begun;
    });
    const served = await serveHttp({
      fetch: async () => {
        release();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return new Response("done");
      },
      host: "127.0.0.1",
      port: 0,
    });
    const answer = fetch(`http://127.0.0.1:${served.port}/`).then((response) => response.text());
    await started;
    await served.close();
    expect(await answer).toBe("done");
    await expect(fetch(`http://127.0.0.1:${served.port}/`)).rejects.toThrow("fetch failed");
  });

  it("says that a port is taken", async () => {
    const input = { fetch: () => new Response(""), host: "127.0.0.1" };
    const first = await serveHttp({ ...input, port: 0 });
    const error: unknown = await serveHttp({ ...input, port: first.port }).catch((caught: unknown) => caught);
    expect(isBaseError(error, "LISTEN_FAILED")).toBe(true);
    await first.close();
  });

  it("hears SIGTERM", async () => {
    const heard = stopSignal();
    process.emit("SIGTERM");
    await heard;
  });
});
