import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, writeAtomically } from "@cloister/keys-file";
import {
  type CoordinatorTimes,
  decodeModel,
  encodeModel,
  FederationCoordinator,
  type FederationEvent,
  type FederationTask,
  firstModel,
  type GlobalModel,
  taskDigest,
  type ValidationGate,
} from "@cloister/privacy/federation";
import { type Dataset, predict } from "@cloister/privacy/training";
import { serveHttp, stopSignal } from "@cloister/serve-http";
import type { CoordinateConfig } from "./config.ts";
import { History } from "./history.ts";
import { createHttp } from "./http.ts";
import { epsilonOf, modelFile } from "./model-card.ts";
import { readTable } from "./table.ts";
import { readTask } from "./task-file.ts";

/** Mean loss in nats; what chance and noise do to a small validation set. */
const gateTolerance = 0.1;
/** A hospital's question may wait this long. */
const requestTimeoutMs = 60_000;

/** Leads a task until its model is trained or a signal comes. Started again, it goes on from the last step. */
export async function coordinate(
  config: CoordinateConfig,
  say: (line: object) => void,
  times?: Partial<CoordinatorTimes>,
): Promise<void> {
  const task = await readTask(config.taskFile);
  const stateFile = join(config.dataDir, `${toHex(taskDigest(task)).slice(0, 32)}.model`);
  const validation =
    config.validationFile === undefined ? undefined : await readTable(config.validationFile, task.schema);
  const history = new History(task);
  const onEvent = (event: FederationEvent) => {
    history.add(event);
    say({ event: event.type, ...event });
  };
  const coordinator = new FederationCoordinator({
    task,
    identity: await loadSeed(join(config.dataDir, "federation.key")),
    model: await keptModel(task, stateFile),
    random: systemRandom,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    keep: (model) => writeAtomically(stateFile, encodeModel(model)),
    onEvent,
    ...(times && { times }),
    ...(validation && { gate: gateOf(task, validation) }),
  });
  const { host, port, outFile, delta } = config;
  const served = await serveHttp({
    fetch: createHttp(task, coordinator, history).fetch,
    host,
    port,
    requestTimeoutMs,
  });
  say({ listening: served.port });
  const ending = stopSignal().then(() => "stopped" as const);
  try {
    const trained = await Promise.race([coordinator.finished, ending]);
    if (trained === "stopped") return;
    const unit = task.schema.unit === undefined ? "record" : "patient";
    const spentEpsilon = epsilonOf(task, delta);
    await writeAtomically(outFile, modelFile(task, trained, { delta, unit, spentEpsilon }));
    say({ event: "trained", stepsTaken: trained.stepsTaken, model: outFile });
    // Hospitals still fetch the last model.
    await ending;
  } finally {
    coordinator.stop();
    await served.close();
  }
}

async function keptModel(task: FederationTask, file: string): Promise<GlobalModel> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new BaseError("Usage", "FEDERATION_STATE", `${file} cannot be read`, { cause: error });
  });
  return bytes === undefined ? firstModel(task) : decodeModel(task, bytes);
}

function gateOf({ plan }: FederationTask, { features, labels }: Dataset): ValidationGate {
  const { outputsCount } = plan.shape;
  const lossOf = ({ parameters }: GlobalModel) => {
    const found = predict(plan.shape, parameters, features);
    let sum = 0;
    for (const [row, label] of labels.entries()) {
      const chance = found[row * outputsCount + (outputsCount === 1 ? 0 : label)] ?? 0;
      sum -= Math.log(outputsCount === 1 && label === 0 ? 1 - chance : chance);
    }
    return sum / labels.length;
  };
  return { lossOf, everyStepsCount: 1, tolerance: gateTolerance };
}
