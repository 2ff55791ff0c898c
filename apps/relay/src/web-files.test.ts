import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "./headers.ts";
import { removeDir, startTestRelay, type TestRelay, testDir } from "./testing/relay.ts";

const asset = "/assets/index-B1c2D3e4.js";

let webDir: string;
let relay: TestRelay;

beforeAll(async () => {
  webDir = await testDir();
  await mkdir(join(webDir, "assets"));
  await writeFile(join(webDir, "index.html"), "<!doctype html><title>Cloister</title>");
  await writeFile(join(webDir, asset), `console.info("${"cloister ".repeat(100)}")`);
  await writeFile(join(webDir, "notes.secret"), "not of a kind that is served");
  relay = await startTestRelay({ webDir });
});
afterAll(async () => {
  await relay.close();
  await removeDir(relay.dir);
  await removeDir(webDir);
});

/** fetch() tidies a path up before it sends it; this does not. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port: relay.port, host: "127.0.0.1", path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("the web app's files", () => {
  it.each(["/", "/index.html", "/conversation/abc"])(
    "%s is the first page, under the strict policy",
    async (path) => {
      const response = await fetch(relay.url + path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("<title>Cloister</title>");
      const headers = Object.fromEntries(response.headers);
      expect(headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": contentSecurityPolicy({ logUrl: "http://localhost:8421/x" }),
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["permissions-policy"]).toContain("microphone=()");
    },
  );

  it("with a hash in their names are kept for ever, and travel compressed", async () => {
    const response = await fetch(relay.url + asset);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("Content-Encoding")).toBe("gzip");
    expect(await response.text()).toContain("cloister cloister");
    const plain = await fetch(relay.url + asset, { headers: { "Accept-Encoding": "identity" } });
    expect(plain.headers.get("Content-Encoding")).toBeNull();
    const etag = plain.headers.get("ETag") ?? "";
    const again = await fetch(relay.url + asset, { headers: { "If-None-Match": etag } });
    expect(again.status).toBe(304);
  });

  it("are all that is served", async () => {
    for (const path of [
      "/../relay.db",
      "/assets/../../relay.db",
      "/%2e%2e/relay.db",
      "/assets/nothing.js",
      "/notes.secret",
      "/v1/nothing",
    ]) {
      expect([path, await rawStatus(path)]).toEqual([path, 404]);
    }
  });

  it("must be there", async () => {
    const started = startTestRelay({ webDir: join(webDir, "assets") });
    await expect(started).rejects.toMatchObject({ code: "WEB_DIR_INVALID" });
  });
});

describe("the content security policy", () => {
  it("allows this origin and the log, nothing inline, nothing else", () => {
    const policy = contentSecurityPolicy({ logUrl: "https://log.example:8421/path" });
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' https://log.example:8421;");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types reading");
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/);
  });
});
