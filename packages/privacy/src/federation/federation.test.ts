import { BaseError, isBaseError } from "@cloister/bytes";
import { ed25519KeyPair, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { encodeMessage } from "../aggregation/index.ts";
import {
  clippedGradientSum,
  clippingOf,
  type Dataset,
  predict,
  type TrainingPlan,
} from "../training/index.ts";
import { applyNoisySum } from "../training/step.ts";
import { contributionOf } from "./contribution.ts";
import {
  checkTask,
  FederationCoordinator,
  type FederationEvent,
  type FederationTask,
  firstModel,
  type GlobalModel,
  isPlausible,
  type MemberInput,
  modelDigest,
  takePart,
  taskDigest,
} from "./index.ts";
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from "./wire.ts";

const coordinatorSeed = sha256(Uint8Array.of(200));
const seedOf = (node: number) => sha256(Uint8Array.of(node));
const times = { gatherMs: 40, stepMs: 5000, pollMs: 400 };
/** A network takes time: without it nothing else would run. */
const network = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 20)));

const plan: TrainingPlan = {
  shape: { inputsCount: 3, hiddenCount: 0, outputsCount: 1 },
  samplingRate: 1,
  expectedBatchCount: 200,
  stepsCount: 6,
  clippingNorm: 1,
  noiseMultiplier: 0.5,
  learningRate: 2,
  momentum: 0,
};

function taskOf(count: number, more: Partial<FederationTask> = {}): FederationTask {
  return {
    name: "test",
    plan,
    method: { kind: "dp-sgd" },
    members: Array.from({ length: count }, (_, at) => ({
      node: at + 1,
      identityKey: ed25519KeyPair(seedOf(at + 1)).publicKey,
    })),
    coordinatorKey: ed25519KeyPair(coordinatorSeed).publicKey,
    groupsCount: 1,
    thresholdCount: Math.floor((2 * count) / 3) + 1,
    colludersCount: 0,
    spareStepsCount: 4,
    ...more,
  };
}

/** Records whose label is whether the first feature is positive; a hospital sees mostly one class. */
function dataOf(node: number, rowsCount = 50): Dataset {
  const features = new Float32Array(rowsCount * 3);
  const labels = new Uint16Array(rowsCount);
  for (let row = 0; row < rowsCount; row += 1) {
    const isPositive = (row * 7 + node) % 10 < (node % 2 === 0 ? 8 : 2);
    const wiggle = ((row * 13 + node * 5) % 17) / 17;
    features.set([isPositive ? 0.3 + wiggle : -0.3 - wiggle, wiggle - 0.5, 0.25], row * 3);
    labels[row] = isPositive ? 1 : 0;
  }
  return { features, labels };
}

const accuracyOf = (model: GlobalModel, data: Dataset) => {
  const found = predict(plan.shape, model.parameters, data.features);
  return (
    data.labels.filter((label, row) => (found[row] ?? 0) > 0.5 === (label === 1)).length / data.labels.length
  );
};

interface World {
  readonly task: FederationTask;
  readonly events: FederationEvent[];
  coordinator: FederationCoordinator;
  kept: GlobalModel;
}

function worldOf(
  task: FederationTask,
  more: Partial<ConstructorParameters<typeof FederationCoordinator>[0]> = {},
): World {
  const events: FederationEvent[] = [];
  const world: World = { task, events, kept: firstModel(task), coordinator: undefined as never };
  restart(world, more);
  return world;
}

function restart(
  world: World,
  more: Partial<ConstructorParameters<typeof FederationCoordinator>[0]> = {},
): void {
  world.coordinator = new FederationCoordinator({
    task: world.task,
    identity: coordinatorSeed,
    model: world.kept,
    random: systemRandom,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    keep: async (model) => {
      world.kept = model;
    },
    onEvent: (event) => world.events.push(event),
    times,
    ...more,
  });
}

function join(world: World, node: number, more: Partial<MemberInput> = {}): Promise<GlobalModel> {
  return takePart({
    task: world.task,
    node,
    identity: seedOf(node),
    data: dataOf(node),
    random: systemRandom,
    send: async (request) => {
      await network();
      return world.coordinator.handle(request);
    },
    release: async () => undefined,
    pause,
    ...more,
  });
}

const nodesOf = (world: World) => world.task.members.map(({ node }) => node);
const stepsOf = ({ events }: World) => events.filter((event) => event.type === "step");
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (isBaseError(error) ? error.code : String(error)),
  );

describe("a federation", () => {
  it("trains one model, which all members and the coordinator hold", async () => {
    const world = worldOf(taskOf(4));
    const models = await Promise.all(nodesOf(world).map((node) => join(world, node)));
    const trained = await world.coordinator.finished;
    for (const model of models) expect(model).toEqual(trained);
    expect(trained.stepsTaken).toBe(6);
    expect(accuracyOf(trained, dataOf(9, 200))).toBeGreaterThan(0.95);
  });

  it("takes the step that one hospital with all records would take", () => {
    const task = taskOf(4, { plan: { ...plan, noiseMultiplier: 0.01 } });
    const model = firstModel(task);
    const sum = new Int32Array(4);
    const central = new Int32Array(4);
    for (const { node } of task.members) {
      const data = dataOf(node);
      const own = contributionOf({ task, model, data, random: systemRandom });
      const rows = Uint32Array.from(data.labels.keys());
      const { shape } = plan;
      const exact = clippedGradientSum({
        shape,
        parameters: model.parameters,
        data,
        rows,
        clipping: clippingOf(plan),
      });
      for (let at = 0; at < 4; at += 1) {
        sum[at] = (sum[at] ?? 0) + (own[at] ?? 0);
        central[at] = (central[at] ?? 0) + (exact[at] ?? 0);
      }
    }
    const [federated, pooled] = [sum, central].map(
      (values) => applyNoisySum(task.plan, model, values).parameters,
    );
    for (const [at, value] of (pooled ?? []).entries()) expect(federated?.[at]).toBeCloseTo(value, 3);
  });

  it("survives a hospital that dies in a step, one that comes late and one that comes back", async () => {
    const world = worldOf(taskOf(4), { times: { ...times, stepMs: 300 } });
    let sentCount = 0;
    const dying = join(world, 4, {
      send: (request) => {
        sentCount += 1;
        if (sentCount > 5) throw new BaseError("Usage", "KILLED", "gone");
        return world.coordinator.handle(request);
      },
    });
    const early = [1, 2, 3].map((node) => join(world, node));
    expect(await codeOf(dying)).toBe("KILLED");
    const late = join(world, 4);
    const models = await Promise.all([...early, late]);
    expect(models[3]).toEqual(models[0]);
    expect(stepsOf(world)).toHaveLength(6);
  });

  it("goes on from the last step kept when the coordinator is killed", async () => {
    const world = worldOf(taskOf(3, { plan: { ...plan, stepsCount: 40 } }));
    let isDown = false;
    const send = async (request: Uint8Array) => {
      await network();
      if (isDown) throw new BaseError("Unavailable", "NETWORK", "not now");
      return world.coordinator.handle(request);
    };
    const members = nodesOf(world).map((node) => join(world, node, { send }));
    while (world.kept.stepsTaken < 2) await pause(5);
    isDown = true;
    world.coordinator.stop();
    await pause(20);
    const { stepsTaken } = world.kept;
    restart(world);
    isDown = false;
    const [first] = await Promise.all(members);
    expect(first?.stepsTaken).toBe(40);
    expect(stepsTaken).toBeLessThan(40);
    expect(stepsOf(world).filter((event) => event.stepsTaken === stepsTaken + 1)).toHaveLength(1);
  });

  it.each([
    ["FedAvg", { proximal: 0, server: "average" }, 1],
    ["FedProx", { proximal: 0.1, server: "average" }, 1],
    ["FedAdam", { proximal: 0, server: "adam" }, 0.1],
  ] as const)("averages with %s", async (_, options, learningRate) => {
    const method = {
      kind: "averaging",
      localStepsCount: 10,
      localBatchCount: 20,
      localRate: 0.5,
      clippingNorm: 5,
      maxWeight: 100,
      ...options,
    } as const;
    const world = worldOf(taskOf(3, { method, plan: { ...plan, learningRate } }));
    await Promise.all(nodesOf(world).map((node) => join(world, node)));
    expect(accuracyOf(await world.coordinator.finished, dataOf(9, 200))).toBeGreaterThan(0.9);
  });
});

describe("what a hospital refuses", () => {
  it("to have its records looked at more often than it paid for", async () => {
    const world = worldOf(taskOf(3));
    const paidFor = (leftCount: number) => async () => {
      if (leftCount === 0) throw new BaseError("Policy", "FEDERATION_SPENT", "no more");
      leftCount -= 1;
    };
    const members = nodesOf(world).map((node) => codeOf(join(world, node, { release: paidFor(3) })));
    expect(await Promise.all(members)).toEqual(["FEDERATION_SPENT", "FEDERATION_SPENT", "FEDERATION_SPENT"]);
    expect(world.kept.stepsTaken).toBe(3);
    world.coordinator.stop();
  });

  it("a coordinator or a task that is not the agreed one", async () => {
    const world = worldOf(taskOf(3));
    const other = ed25519KeyPair(seedOf(99)).publicKey;
    expect(await codeOf(join(world, 1, { task: { ...world.task, coordinatorKey: other } }))).toBe(
      "FEDERATION_SENDER",
    );
    expect(await codeOf(join(world, 1, { task: { ...world.task, spareStepsCount: 5 } }))).toBe(
      "FEDERATION_SENDER",
    );
    expect(await codeOf(join(world, 1, { identity: seedOf(2) }))).toBe("FEDERATION_SENDER");
    world.coordinator.stop();
  });

  it("an answer to another question", () => {
    const task = taskDigest(taskOf(3));
    const encode = (nonce: number) =>
      encodeRequest({
        request: { node: 1, ask: { kind: "ready" } },
        task,
        nonce: new Uint8Array(16).fill(nonce),
        identity: seedOf(1),
      });
    const bytes = encodeReply({ reply: { kind: "wait" }, request: encode(1), identity: coordinatorSeed });
    const coordinatorKey = ed25519KeyPair(coordinatorSeed).publicKey;
    expect(decodeReply({ bytes, request: encode(1), coordinatorKey })).toEqual({ kind: "wait" });
    expect(() => decodeReply({ bytes, request: encode(2), coordinatorKey })).toThrow("enrolled party");
    const keyOf = () => ed25519KeyPair(seedOf(1)).publicKey;
    expect(() => decodeRequest({ bytes: encode(1), task: new Uint8Array(32), keyOf })).toThrow(
      "enrolled party",
    );
  });

  it("messages of an earlier round, sent again: they are of no round any more", async () => {
    const world = worldOf(taskOf(3));
    const recorded: Uint8Array[] = [];
    const send = async (request: Uint8Array) => {
      await network();
      recorded.push(request);
      return world.coordinator.handle(request);
    };
    await Promise.all(nodesOf(world).map((node) => join(world, node, node === 1 ? { send } : {})));
    const { coordinatorKey } = world.task;
    const kept = world.kept;
    const replies = await Promise.all(recorded.map((request) => world.coordinator.handle(request)));
    const kinds = replies.map(
      (bytes, at) => decodeReply({ bytes, request: recorded[at] ?? bytes, coordinatorKey }).kind,
    );
    expect(new Set(kinds)).toEqual(new Set(["done", "over", "model"]));
    expect(world.kept).toBe(kept);
  });

  it("a model that is not the announced one", async () => {
    const task = taskOf(3);
    const model = firstModel(task);
    const changed = { ...model, parameters: model.parameters.map((value) => value + 1) };
    expect(modelDigest(task, changed)).not.toEqual(modelDigest(task, model));
  });

  it.each([
    ["two hospitals", taskOf(2)],
    ["a threshold of two thirds", taskOf(6, { thresholdCount: 4 })],
    [
      "colluders who could have two survivor sets signed",
      taskOf(10, { thresholdCount: 7, colludersCount: 4 }),
    ],
    ["groups too small for its threshold", taskOf(9, { groupsCount: 3, thresholdCount: 4 })],
    ["a hospital twice", taskOf(3, { members: [...taskOf(3).members, ...taskOf(1).members] })],
    ["a batch that could not be added up", taskOf(100, { plan: { ...plan, expectedBatchCount: 400 } })],
    ["a name that is none", taskOf(3, { name: "../up" })],
  ])("a task with %s", (_, task) => {
    expect(() => checkTask(task)).toThrow("cannot keep its promise");
  });
});

describe("spoilers", () => {
  /** Sends the largest numbers that the plan allows. */
  const spoil = (world: World, node: number) => {
    const data = dataOf(node);
    // An enormous data set: honest code would never sum so many records.
    const features = new Float32Array(3 * 4000).fill(50);
    return join(world, node, { data: { ...data, features, labels: new Uint16Array(4000) } });
  };

  it("have their group left out and reported; where there is no other group, the task ends", async () => {
    const grouped = taskOf(8, { thresholdCount: 6, plan: { ...plan, noiseMultiplier: 0.05 } });
    const world = worldOf(grouped);
    const members = nodesOf(world).map((node) => (node === 8 ? spoil(world, node) : join(world, node)));
    const outcome = await codeOf(Promise.race([world.coordinator.finished, Promise.all(members)]));
    expect(outcome).toBe("FEDERATION_STOPPED");
    const suspects = world.events.filter((event) => event.type === "suspects");
    expect(suspects.length).toBeGreaterThan(0);
    expect(suspects.every(({ groups }) => groups.every((group) => group.includes(8)))).toBe(true);
  });

  it("are met in another group each time where there are several, and the others train on", async () => {
    const task = taskOf(10, {
      groupsCount: 2,
      thresholdCount: 4,
      spareStepsCount: 40,
      plan: { ...plan, noiseMultiplier: 0.05, learningRate: 4 },
    });
    const world = worldOf(task);
    const members = nodesOf(world).map((node) => (node === 10 ? spoil(world, node) : join(world, node)));
    await Promise.all(members);
    const groups = world.events.flatMap((event) => (event.type === "suspects" ? event.groups : []));
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.every((group) => group.length === 5 && group.includes(10))).toBe(true);
    expect(accuracyOf(world.kept, dataOf(9, 200))).toBeGreaterThan(0.9);
  });

  it("one whose keys nobody can agree with is excluded, and the rest go on", async () => {
    const world = worldOf(taskOf(4, { spareStepsCount: 4 }), { times: { ...times, stepMs: 300 } });
    const forge = async (request: Uint8Array) => {
      await network();
      const keyOf = () => ed25519KeyPair(seedOf(4)).publicKey;
      const { ask } = decodeRequest({ bytes: request, task: taskDigest(world.task), keyOf });
      if (ask.kind !== "message") return world.coordinator.handle(request);
      const message = encodeMessage({
        kind: "advertisement",
        node: 4,
        parcelKey: new Uint8Array(32),
        maskKey: new Uint8Array(32),
        seedCommitment: new Uint8Array(32),
        signature: new Uint8Array(64),
      });
      const forged = { node: 4, ask: { ...ask, message } };
      const parts = { task: taskDigest(world.task), nonce: systemRandom(16), identity: seedOf(4) };
      return world.coordinator.handle(encodeRequest({ request: forged, ...parts }));
    };
    const spoiler = codeOf(join(world, 4, { send: forge }));
    await Promise.all([1, 2, 3].map((node) => join(world, node)));
    expect(await spoiler).toBe("AGGREGATION_KEYS");
    expect(world.events).toContainEqual({ type: "excluded", node: 4 });
    expect(world.kept.stepsTaken).toBe(6);
  });

  it("two of ten that pull the other way end the task; the model kept is no worse than before", async () => {
    const lossOf = (model: GlobalModel) => {
      const { features, labels } = dataOf(9, 200);
      const found = predict(plan.shape, model.parameters, features);
      const losses = Array.from(
        labels,
        (label, row) => -Math.log(label === 1 ? (found[row] ?? 0) : 1 - (found[row] ?? 0)),
      );
      return losses.reduce((sum, loss) => sum + loss, 0) / labels.length;
    };
    const task = taskOf(10, { plan: { ...plan, expectedBatchCount: 500, noiseMultiplier: 0.1 } });
    const world = worldOf(task, { gate: { lossOf, everyStepsCount: 1, tolerance: 0.02 } });
    const before = lossOf(world.kept);
    const upsideDown = (node: number): Dataset => {
      const { features, labels } = dataOf(node, 400);
      return { features, labels: labels.map((label) => 1 - label) };
    };
    const members = nodesOf(world).map((node) =>
      codeOf(join(world, node, node > 8 ? { data: upsideDown(node) } : {})),
    );
    expect(await Promise.all(members)).toEqual(Array.from(members, () => "FEDERATION_STOPPED"));
    expect(world.events.filter(({ type }) => type === "rollback").length).toBe(task.spareStepsCount + 1);
    expect(lossOf(world.kept)).toBeLessThanOrEqual(before + 0.02);
  });

  it("a sum beyond what honest hospitals send is not plausible", () => {
    const task = taskOf(4);
    const honest = new Int32Array(4).fill(100 * 65_536);
    expect(isPlausible(task, honest)).toBe(true);
    expect(isPlausible(task, new Int32Array(4).fill(500 * 65_536))).toBe(false);
  });

  it("a model that became worse is taken back", async () => {
    const losses = [1, 0.5, 9, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01];
    const gate = { lossOf: () => losses.shift() ?? 0, everyStepsCount: 1, tolerance: 0.1 };
    const world = worldOf(taskOf(3), { gate });
    await Promise.all(nodesOf(world).map((node) => join(world, node)));
    expect(world.events.filter((event) => event.type === "rollback")).toEqual([
      { type: "rollback", toStep: 1, groups: [[1, 2, 3]] },
    ]);
    expect(world.kept.stepsTaken).toBe(6);
  });
});
