/// <reference types="node" />
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Runs an example as a reader would; its output, or a failure with what it complained about. */
function run(name: string): string {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const args = ["--disable-warning=ExperimentalWarning", file];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 90_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("examples", () => {
  it("two-clients.ts: two people talk through a relay", () => {
    const output = run("two-clients.ts");
    expect(output).toMatch(/both see \d{5}( \d{5}){11}/);
    expect(output).toContain("Dr. Robin Example received: Good morning, I have a question.");
    expect(output).toContain("Sam Rivera received: Good morning, ask away.");
    expect(output).toContain("state of the message: read");
  });

  it("verify-receipt.ts: a true receipt verifies, a changed answer and a strange key do not", () => {
    const output = run("verify-receipt.ts");
    expect(output).toContain("as received: verified");
    expect(output).toMatch(
      /with one sentence changed: NOT verified\n.*\n {2}answer {5}failed: RECEIPT_ANSWER/,
    );
    expect(output).toMatch(/another agent's key: NOT verified\n {2}signature {2}failed: RECEIPT_AGENT_KEY/);
  });

  it("own-knowledge.ts: it quotes what it has and does not know the rest", () => {
    const output = run("own-knowledge.ts");
    expect(output).toContain("[1] Our wound clinic: House leaflet 12");
    expect(output).toContain("does not know (off-topic)");
  });
});
