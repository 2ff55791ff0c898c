import { BaseError } from "@cloister/bytes";
import { emptyRecord } from "@cloister/protocol";
import { MemoryClientStore } from "@cloister/testkit/client-store";
import { describe, expect, it } from "vitest";
import { Database } from "./database.ts";
import { cachedTables } from "./records.ts";
import { findSessions } from "./sessions.ts";

const address = { account: "a".repeat(22), device: 1 };

async function findIn(failure: BaseError) {
  class FailingStore extends MemoryClientStore {
    override async get(): Promise<never> {
      throw failure;
    }
  }
  const database = await Database.open(new FailingStore(), cachedTables);
  return database.change((transaction) => findSessions(transaction, address));
}

describe("stored sessions", () => {
  it("count as none when the store finds their row damaged", async () => {
    const damage = new BaseError("Verification", "STORE_CORRUPT", "the store was changed or damaged");
    expect(await findIn(damage)).toEqual(emptyRecord);
  });

  it("are not given up for a store that cannot be read now", async () => {
    const failure = new BaseError("Unavailable", "STORE_UNAVAILABLE", "try again");
    await expect(findIn(failure)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});
