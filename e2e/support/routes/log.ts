import { ed25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { encodeLeaf, signAppendToken, TransparencyLog } from "@cloister/transparency";
import { createLogServer } from "../../../apps/log/src/server.ts";
import { bearing, type Caller, fill, type Opening, type Service } from "./matrix.ts";

const hashesOnly: Opening = { why: "signed roots and hashes of salted leaves, which outsiders verify" };

const open: Readonly<Record<string, Opening>> = {
  "GET /healthz": { why: "says that it runs, and how many leaves there are" },
  "GET /v1/log": { why: "the log's name and verifier key" },
  "GET /v1/checkpoint": hashesOnly,
  "GET /checkpoint": hashesOnly,
  "GET /tile/:level{[0-9]}/:path{.+}": hashesOnly,
  "GET /v1/proof/inclusion": hashesOnly,
  "GET /v1/proof/consistency": hashesOnly,
  "GET /v1/proof/published": hashesOnly,
  "POST /v1/leaves": {
    to: ["other patient", "not on the care team", "revoked"],
    why: "every device writes leaves of its own and reads none; a token ends with its session, a revoked device's too",
  },
};

/** The log, with one leaf in it. */
export async function logService(): Promise<Service> {
  const tokenSeed = systemRandom(32);
  const log = new TransparencyLog({
    store: new MemoryLogStore(),
    origin: "clinic.example/log",
    seed: systemRandom(32),
  });
  const leaf = encodeLeaf({ type: "message.sent", at: "2026-11-24T16Z", kind: "human" }, systemRandom(32));
  await log.append(leaf);
  const app = createLogServer({
    log,
    tokenKey: ed25519KeyPair(tokenSeed).publicKey,
    readerToken: "reader-token-of-at-least-32-characters",
    leavesPerSecond: 1000,
    clock: Date.now,
    logger: () => undefined,
  });
  const tokenOf = (caller: Caller): string => {
    if (caller === "nobody") return "";
    const seed = caller === "other tenant" ? systemRandom(32) : tokenSeed;
    return signAppendToken({ seed, subject: systemRandom(16), expiresAtMs: Date.now() + 60_000 });
  };
  const queries: Readonly<Record<string, string>> = {
    "/v1/proof/inclusion": "?index=0&size=1",
    "/v1/proof/consistency": "?from=1&to=1",
    "/v1/proof/published": "?index=0",
    "/v1/entries": "?from=0&count=1",
  };
  return {
    name: "log",
    app,
    open,
    send: async ({ path, init }) => app.request(path, init),
    attempts: async (caller, { method, pattern }) => {
      const path = fill(pattern, { level: "0", path: "000.p/1" }) + (queries[pattern] ?? "");
      const body = method === "POST" ? { body: leaf, headers: { "Content-Type": "application/cbor" } } : {};
      const elsewhere = caller === "other tenant" ? ["reader-token-of-some-other-organisation"] : [];
      return [tokenOf(caller), ...elsewhere].map((token) => ({
        path,
        init: bearing(token, { method, ...body }),
      }));
    },
  };
}
