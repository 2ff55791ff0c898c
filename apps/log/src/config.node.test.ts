import { toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { readCommand } from "./config.ts";

const tokenKey = new Uint8Array(32).fill(0xab);
const needed = ["--data", "/data", "--origin", "clinic.example/log", "--token-key", toHex(tokenKey)];

describe("the log's command line", () => {
  it("has defaults for what it can do without", () => {
    expect(readCommand(needed, {})).toEqual({
      do: "serve",
      config: {
        dataDir: "/data",
        origin: "clinic.example/log",
        tokenKey,
        host: "127.0.0.1",
        port: 8421,
        leavesPerSecond: 20,
      },
    });
  });

  it("takes from the environment what it leaves out, and prefers what it says", () => {
    const env = { CLOISTER_LOG_PORT: "1", CLOISTER_LOG_READER_TOKEN: "/token", CLOISTER_LOG_WEB_ORIGIN: "*" };
    expect(readCommand([...needed, "--port", "0"], env)).toMatchObject({
      config: { port: 0, readerTokenFile: "/token", webOrigin: "*" },
    });
  });

  it("knows help and print-vkey", () => {
    expect(readCommand(["--help"], {})).toEqual({ do: "help" });
    expect(readCommand([...needed, "--print-vkey"], {})).toEqual({
      do: "print-vkey",
      dataDir: "/data",
      origin: "clinic.example/log",
    });
  });

  it.each([
    [[], /--data.*--origin.*--token-key/],
    [["--print-vkey"], /--data/],
    [[...needed, "--verbose"], /verbose/],
    [[...needed, "more"], /more/],
    [[...needed, "--port", "65536"], /--port/],
    [[...needed, "--port", "1.5"], /--port/],
    [[...needed, "--leaves-per-second", "0"], /--leaves-per-second/],
    [[...needed, "--token-key", "abc"], /64 hex digits/],
    [[...needed, "--origin", "has spaces"], /--origin/],
    [[...needed, "--origin", "has+plus"], /--origin/],
    [[...needed, "--web-origin", "javascript:alert(1)"], /--web-origin/],
    [[...needed, "--public-url", "log.example"], /--public-url/],
  ])("refuses %j and names the option", (args, message) => {
    expect(() => readCommand(args, {})).toThrow(message);
    expect(() => readCommand(args, {})).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
