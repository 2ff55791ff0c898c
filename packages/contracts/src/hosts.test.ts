import { describe, expect, it } from "vitest";
import { answersToHost } from "./hosts.ts";

const local = { listensOn: "127.0.0.1", publicHosts: [] };
const behindProxy = { listensOn: "127.0.0.1", publicHosts: ["chat.example"] };

describe("answersToHost", () => {
  it.each(["localhost:8420", "127.0.0.1:8420", "[::1]:8420"])("takes %s on this machine", (host) => {
    for (const listensOn of ["127.0.0.1", "localhost", "::1"]) {
      expect(answersToHost({ ...local, listensOn }, host, 8420)).toBe(true);
    }
    expect(answersToHost(behindProxy, host, 8420)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8420",
    "localhost",
    "localhost:8421",
    "localhost.evil.example:8420",
    "127.0.0.1.evil.example:8420",
    "10.0.0.1:8420",
    "chat.example:8420",
  ])("refuses %s", (host) => {
    expect(answersToHost(local, host, 8420)).toBe(false);
    expect(answersToHost(behindProxy, host, 8420)).toBe(false);
    expect(answersToHost({ ...behindProxy, listensOn: "0.0.0.0" }, host, 8420)).toBe(false);
  });

  it("takes the public name where it is known, and localhost without its port at port 80", () => {
    expect(answersToHost(behindProxy, "chat.example", 8420)).toBe(true);
    expect(answersToHost(local, "chat.example", 8420)).toBe(false);
    expect(answersToHost(local, "localhost", 80)).toBe(true);
  });

  it("takes any name where it listens to the network and knows none", () => {
    expect(answersToHost({ listensOn: "0.0.0.0", publicHosts: [] }, "chat.example", 8420)).toBe(true);
  });
});
