import { describe, expect, test } from "vitest";
import { blockedEvidence, developmentEvidence } from "../testing/fake-evidence.ts";
import { find, open, press, read, readNoMore, see } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

const hash = "#/conversation/inhaler";

describe("where the assistant runs", () => {
  test("is in sight, and its details say what was checked", async () => {
    open(scenario(), { hash });
    await press(/^Development: where/);
    await see("dialog", "Where the assistant runs");
    await read("Its measurement is one of those released");
    await read("cloister-dev-bubblewrap");
    await see("button", "Copy measurement 0");
    await read("How to reproduce it");
  });

  test("is blocked in plain sight, with the reason, and without what it claims", async () => {
    const client = scenario();
    open(client, { hash });
    client.showEvidence(blockedEvidence);
    await read("Nothing is sent to it");
    await press(/^Blocked: where/);
    await read("it runs other code than was released");
    await readNoMore("How to reproduce it");
  });

  test("is asked while nothing is known", async () => {
    const client = scenario();
    client.showEvidence({ state: "asking", claims: [] });
    open(client, { hash });
    await see("button", /^Checking: where/);
    await expect.poll(() => client.calls).toContain("checkAgent assistant");
    client.showEvidence(developmentEvidence);
    await expect.element(find("button", /^Development: where/)).toBeVisible();
  });
});
