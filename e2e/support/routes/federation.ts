import { ed25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import {
  FederationCoordinator,
  type FederationTask,
  firstModel,
  taskDigest,
} from "@cloister/privacy/federation";
import { History } from "../../../apps/federation/src/history.ts";
import { createHttp } from "../../../apps/federation/src/http.ts";
import { encodeRequest } from "../../../packages/privacy/src/federation/wire.ts";
import type { Caller, Service } from "./matrix.ts";

const identity = systemRandom(32);
const hospital = systemRandom(32);

const task: FederationTask = {
  name: "test",
  plan: {
    shape: { inputsCount: 1, hiddenCount: 0, outputsCount: 1 },
    samplingRate: 1,
    expectedBatchCount: 10,
    stepsCount: 1,
    clippingNorm: 1,
    noiseMultiplier: 1,
    learningRate: 1,
    momentum: 0,
  },
  method: { kind: "dp-sgd" },
  members: [1, 2, 3].map((node) => ({
    node,
    identityKey: ed25519KeyPair(node === 1 ? hospital : systemRandom(32)).publicKey,
  })),
  coordinatorKey: ed25519KeyPair(identity).publicKey,
  groupsCount: 1,
  thresholdCount: 3,
  colludersCount: 0,
  spareStepsCount: 0,
};

/** The coordinator of a study: it knows hospitals, and no patients. */
export function federationService(): Service {
  const coordinator = new FederationCoordinator({
    task,
    identity,
    model: firstModel(task),
    random: systemRandom,
    after: () => () => undefined,
    keep: async () => undefined,
  });
  const app = createHttp(task, coordinator, new History(task));
  const figures = { why: "how a study stands: counts of steps and hospitals, no record and no update" };
  return {
    name: "federation",
    app,
    open: { "GET /v1/status": figures, "GET /": figures },
    send: async ({ path, init }) => app.request(path, init),
    attempts: async (caller, { method, pattern }) => [
      { path: pattern, init: { method, ...(method === "POST" ? { body: askOf(caller) } : {}) } },
    ],
  };
}

/** Signed by nobody; by a hospital of another study; by people, who have no key in it; by a former member. */
function askOf(caller: Caller): Uint8Array<ArrayBuffer> {
  const isElsewhere = caller === "other tenant";
  const isNumbered = caller === "nobody" || isElsewhere;
  const bytes = encodeRequest({
    request: { node: isNumbered ? 1 : 9, ask: { kind: "ready" } },
    task: isElsewhere ? taskDigest({ ...task, name: "another" }) : taskDigest(task),
    nonce: systemRandom(16),
    identity: isElsewhere ? hospital : systemRandom(32),
  });
  // The signature is the last field.
  return caller === "nobody" ? bytes.fill(0, bytes.length - 64) : bytes;
}
