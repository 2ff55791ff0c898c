import { readFile } from "node:fs/promises";
import { BaseError, fromHex } from "@cloister/bytes";
import { checkTask, type FederatedMethod, type FederationTask } from "@cloister/privacy/federation";
import { inputsCountOf, outputsCountOf, readSchema } from "@cloister/privacy/training";
import { z } from "zod/mini";

const count = z.int().check(z.minimum(0), z.maximum(1_000_000));
const positive = z.number().check(z.positive());
const key = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const taskJson = z.strictObject({
  name: z.string(),
  schema: z.unknown(),
  training: z.strictObject({
    hiddenCount: z.optional(count),
    stepsCount: count,
    samplingRate: positive,
    expectedBatchCount: positive,
    clippingNorm: positive,
    noiseMultiplier: positive,
    learningRate: positive,
    momentum: z.optional(z.number().check(z.minimum(0), z.maximum(0.999))),
  }),
  method: z.optional(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("dp-sgd") }),
      z.strictObject({
        kind: z.literal("averaging"),
        localStepsCount: count,
        localBatchCount: count,
        localRate: positive,
        clippingNorm: positive,
        proximal: z.optional(z.number().check(z.minimum(0))),
        server: z.optional(z.enum(["average", "adam"])),
        maxWeight: count,
      }),
    ]),
  ),
  members: z.array(z.strictObject({ node: count, identityKey: key })).check(z.maxLength(255)),
  coordinatorKey: key,
  groupsCount: z.optional(count),
  thresholdCount: count,
  colludersCount: z.optional(count),
  spareStepsCount: z.optional(count),
});

/** A task with its schema, read from the file that all parties agreed on. */
export type TableTask = FederationTask & Required<Pick<FederationTask, "schema">>;

/** @throws BaseError `FEDERATION_TASK_FILE` naming the place of the mistake; `FEDERATION_TASK`, `TABLE_SCHEMA` */
export async function readTask(file: string): Promise<TableTask> {
  const { training, method, members, schema: table, coordinatorKey, ...rest } = await parsed(file);
  const { groupsCount = 1, colludersCount = 0, spareStepsCount = 0 } = rest;
  const schema = readSchema(table);
  const { hiddenCount = 0, momentum = 0, ...plan } = training;
  const shape = { inputsCount: inputsCountOf(schema), hiddenCount, outputsCount: outputsCountOf(schema) };
  const task: TableTask = {
    ...rest,
    groupsCount,
    colludersCount,
    spareStepsCount,
    schema,
    plan: { shape, momentum, ...plan },
    method: methodOf(method),
    members: members.map(({ node, identityKey }) => ({ node, identityKey: fromHex(identityKey) })),
    coordinatorKey: fromHex(coordinatorKey),
  };
  checkTask(task);
  return task;
}

function methodOf(method: z.infer<typeof taskJson>["method"]): FederatedMethod {
  if (method?.kind !== "averaging") return { kind: "dp-sgd" };
  const { proximal = 0, server = "average", ...rest } = method;
  return { ...rest, proximal, server };
}

async function parsed(file: string): Promise<z.infer<typeof taskJson>> {
  try {
    return taskJson.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const place = cause instanceof z.core.$ZodError ? cause.issues[0]?.path.join(".") : undefined;
    const where = place === undefined || place === "" ? "" : ` at ${place}`;
    const message = `${file} is missing or no task as the README has it${where}`;
    throw new BaseError("Usage", "FEDERATION_TASK_FILE", message, { cause });
  }
}
