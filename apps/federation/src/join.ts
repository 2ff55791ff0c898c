import { join as joinPath } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BaseError, toHex } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, writeAtomically } from "@cloister/keys-file";
import { eventsOf, releasesCount, takePart, taskDigest } from "@cloister/privacy/federation";
import { type BudgetReport, reportBudgets, reserve, settle } from "@cloister/privacy/ledger";
import { openLedger, type SqliteLedger } from "@cloister/store-sqlite/ledger";
import type { JoinConfig } from "./config.ts";
import { modelFile } from "./model-card.ts";
import { openReleaseCount } from "./releases.ts";
import { readTable } from "./table.ts";
import { readTask, type TableTask } from "./task-file.ts";

/** Longer than the coordinator lets a question wait. */
const answerTimeoutMs = 120_000;
const idBytes = 16;

/** Takes part in a task until its model is trained, and writes it. Started again, it goes on. */
export async function joinFederation(config: JoinConfig, say: (line: object) => void): Promise<void> {
  const task = await readTask(config.taskFile);
  const data = await readTable(config.tableFile, task.schema);
  const ledger = openLedger(config.ledgerFile);
  const digest = toHex(taskDigest(task));
  const id = digest.slice(0, 2 * idBytes);
  const before = budgetOf(ledger, config, task);
  const paid = pay(ledger, config.budget, task);
  const releases = await openReleaseCount({
    file: joinPath(config.dataDir, `${id}.releases`),
    // What has ended is paid for no more; its model may still be fetched.
    limit: paid === "settled" ? 0 : releasesCount(task),
    isNew: paid === "now",
  });
  try {
    const model = await takePart({
      task,
      node: config.node,
      identity: await loadSeed(joinPath(config.dataDir, "federation.key")),
      data,
      random: systemRandom,
      send: (request) => post(config.coordinatorUrl, request),
      release: releases.take,
      pause: (ms) => pause(ms),
      onStep: (stepsTaken) => say({ event: "step", stepsTaken }),
    });
    if (eventsOf(task).length > 0) settle(ledger, { id, outcome: "released" });
    const { spentEpsilon } = budgetOf(ledger, config, task);
    await writeAtomically(config.outFile, modelFile(task, model, { ...before, spentEpsilon }));
    say({ event: "trained", stepsTaken: model.stepsTaken, model: config.outFile });
  } finally {
    await releases.close();
    ledger.close();
  }
}

/**
 * The whole task is paid for before the first look; the same task again costs nothing more.
 * @returns whether it was paid for just now, or earlier, or has ended; free methods count as paid for now
 */
function pay(ledger: SqliteLedger, budget: string, task: TableTask): "now" | "earlier" | "settled" {
  const events = eventsOf(task);
  const planDigest = toHex(taskDigest(task));
  const id = planDigest.slice(0, 2 * idBytes);
  if (events.length === 0) return "now";
  const entries = ledger.entries();
  if (entries.some((entry) => entry.type === "settled" && entry.id === id)) return "settled";
  const isReserved = entries.some((entry) => entry.type === "reserved" && entry.id === id);
  reserve(ledger, { id, budget, purpose: "training", events, planDigest });
  return isReserved ? "earlier" : "now";
}

function budgetOf(
  ledger: SqliteLedger,
  { budget }: JoinConfig,
  { schema }: TableTask,
): Pick<BudgetReport, "delta" | "unit" | "spentEpsilon"> {
  const found = reportBudgets(ledger.entries()).find((one) => one.budget === budget);
  if (!found)
    throw new BaseError("Usage", "LEDGER_BUDGET_UNKNOWN", "open this budget first: cloister train open");
  if ((found.unit === "patient") !== (schema.unit !== undefined))
    throw new BaseError(
      "Usage",
      "LEDGER_UNIT",
      "the budget is for patients and the schema's unit must name their column, or for records and none",
    );
  const { delta, unit, spentEpsilon } = found;
  return { delta, unit, spentEpsilon };
}

/** @throws BaseError `FEDERATION_UNREACHABLE` (Unavailable), `FEDERATION_REFUSED` */
async function post(url: string, request: Uint8Array): Promise<Uint8Array> {
  const response = await fetch(`${url}/v1/federation`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: Uint8Array.from(request),
    redirect: "error",
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (response.status >= 500) throw unreachable();
  if (!response.ok)
    throw new BaseError(
      "Verification",
      "FEDERATION_REFUSED",
      `the coordinator refused (HTTP ${response.status}); compare the task file and this party's key with theirs`,
    );
  return new Uint8Array(
    await response.arrayBuffer().catch((cause: unknown) => {
      throw unreachable(cause);
    }),
  );
}

function unreachable(cause?: unknown): BaseError {
  const message = "the coordinator cannot be reached; it is tried again";
  return new BaseError("Unavailable", "FEDERATION_UNREACHABLE", message, { cause });
}
