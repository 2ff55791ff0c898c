/**
 * Trains the classifier of this package and writes it to `src/case/weights.ts`:
 *
 *     node packages/routing/training/train.ts
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { trainCase } from "./model.ts";
import { hasSharedData } from "./shared.ts";

if (!hasSharedData) {
  process.stderr.write("training needs the public data in ../shared/data beside the repository\n");
  process.exit(1);
}
const model = trainCase();
writeFileSync(
  new URL("../src/case/weights.ts", import.meta.url),
  `// Written by packages/routing/training/train.ts; change the texts there and run it again.
import type { StoredModel } from "./linear.ts";

/** Somebody's case or a general question. */
export const storedCase: StoredModel = ${JSON.stringify(model)};
`,
);
process.stdout.write(`${model.digest}\n`);
