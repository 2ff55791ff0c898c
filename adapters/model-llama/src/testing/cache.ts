import { join } from "node:path";
import { engineEntry, installEngine } from "../install.ts";
import { catalogue, pullWeights } from "../weights/index.ts";

/** What tests download once, gone with `node_modules`. */
const cache = join(import.meta.dirname, "../../../../node_modules/.cache/cloister");

/** The engine, installed at the first test that needs it; undefined where there is no registry. */
export async function testEngine(): Promise<string | undefined> {
  const folder = join(cache, "engine");
  // Two test files may install at once: the slower one finds it there.
  return installEngine(folder).catch(() => engineEntry(folder).catch(() => undefined));
}

/** Real weights, SmolLM2 135M, pulled at the first test that needs them; undefined where they cannot be had. */
export async function testWeights(): Promise<string | undefined> {
  const [wanted] = catalogue;
  if (!wanted) return undefined;
  return pullWeights({ folder: join(cache, "models"), wanted }).then(
    ({ path }) => path,
    () => undefined,
  );
}
