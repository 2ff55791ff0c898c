/// <reference types="node" />
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { epsilonFor } from "@cloister/privacy";
import { openBudget } from "@cloister/privacy/ledger";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const event = { samplingRate: 0.5, noiseMultiplier: 3, stepsCount: 4 };
let folder: string;

/** Trains under a budget and dies without a chance to tidy up at an effect of its own choice. */
const child = `
  import { appendFileSync, existsSync } from "node:fs";
  import { systemRandom } from "@cloister/crypto/random";
  import { prepareRun, trainUnderBudget } from "@cloister/privacy/training";
  import { openLedger } from "@cloister/store-sqlite/ledger";
  import { keptStateIn, writeDurably } from ${JSON.stringify(new URL("kept-state.ts", import.meta.url).href)};
  const [folder, killAt] = process.argv.slice(1);
  // As the command does: what is finished is not begun again.
  if (existsSync(folder + "/model") && !existsSync(folder + "/state")) process.exit(0);
  let effects = 0;
  const effect = () => {
    effects += 1;
    if (effects === Number(killAt)) process.kill(process.pid, "SIGKILL");
  };
  const around = (act) => (...given) => {
    effect();
    const result = act(...given);
    effect();
    return result;
  };
  const ledger = openLedger(folder + "/ledger.sqlite");
  const kept = keptStateIn(folder + "/state");
  const shape = { inputsCount: 3, hiddenCount: 0, outputsCount: 1 };
  const plan = { shape, ...${JSON.stringify(event)}, expectedBatchCount: 20, clippingNorm: 1, learningRate: 1, momentum: 0 };
  const features = Float32Array.from({ length: 120 }, (_, at) => Math.sin(at));
  const labels = Uint16Array.from({ length: 40 }, (_, at) => at % 2);
  const trained = trainUnderBudget({
    run: prepareRun(plan, { features, labels }),
    ledger: {
      entries: () => ledger.entries(),
      append: around((decide) => ledger.append((entries) => {
        const entry = decide(entries);
        effect();
        return entry;
      })),
    },
    budget: "stays",
    purpose: "training",
    kept: { load: kept.load, save: around(kept.save), remove: around(kept.remove) },
    random: systemRandom,
    keepEvery: 2,
    onStep: ({ stepsTaken, parameters }) => {
      appendFileSync(folder + "/released", stepsTaken + " " + [...parameters].join() + "\\n");
      effect();
    },
  });
  writeDurably(folder + "/model", new Uint8Array(trained.parameters.buffer));
  effect();
  trained.close();
`;

function run(killAt: number, folderOfRun: string): string | null {
  const argv = ["--input-type=module", "-e", child, folderOfRun, String(killAt)];
  const { signal, status, stderr } = spawnSync(process.execPath, argv, {
    cwd: import.meta.dirname,
    timeout: 30_000,
  });
  if (signal === null && status !== 0) throw new Error(stderr.toString());
  return signal;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cloister-train-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("kill -9", () => {
  it("at each effect of a training run: nothing is spent twice, no noise is drawn anew", {
    timeout: 280_000,
  }, () => {
    let killAt = 1;
    for (let killed = true; killed; killAt += 1) {
      const here = mkdtempSync(join(folder, "run-"));
      const ledger = openLedger(join(here, "ledger.sqlite"), { create: true });
      // Enough for one run and not for two.
      openBudget(ledger, {
        budget: "stays",
        unit: "record",
        epsilon: epsilonFor([event], 1e-6) * 1.1,
        delta: 1e-6,
      });
      killed = run(killAt, here) === "SIGKILL";
      const isWhole = killed ? run(0, here) : null;
      expect(isWhole).toBeNull();
      const types = ledger.entries().map((entry) => entry.type);
      ledger.close();
      expect(types).toEqual(["opened", "reserved", "settled"]);
      expect(readFileSync(join(here, "model"))).toHaveLength(32);
      const released = new Map<string, string>();
      for (const line of readFileSync(join(here, "released"), "utf8").trim().split("\n")) {
        const [step = "", parameters = ""] = line.split(" ");
        expect(released.get(step) ?? parameters).toBe(parameters);
        released.set(step, parameters);
      }
      // Killed once the last state was kept, the run has no more step to show.
      expect(released.size).toBeGreaterThanOrEqual(event.stepsCount - 1);
    }
    expect(killAt).toBeGreaterThan(15);
  });
});
