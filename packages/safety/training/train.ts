/**
 * Trains the models of this package and writes them to `src/model/weights.ts`:
 *
 *     node packages/safety/training/train.ts
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { encoded } from "./stored.ts";
import { hasSharedData } from "./texts.ts";
import { trainUrgency } from "./urgency.ts";

if (!hasSharedData) {
  process.stderr.write("training needs the public data in ../shared/data beside the repository\n");
  process.exit(1);
}

const { urgency, topic } = trainUrgency();
const source = `// Written by packages/safety/training/train.ts; change the texts there and run it again.
import type { StoredModel } from "./linear.ts";

/** Emergency or not. */
export const urgency: StoredModel = ${JSON.stringify(encoded(urgency))};

/** What an emergency is about, in the order of \`emergencyKinds\`. */
export const topic: readonly StoredModel[] = ${JSON.stringify(topic.map(encoded))};
`;
const file = new URL("../src/model/weights.ts", import.meta.url);
writeFileSync(file, source);
process.stdout.write(`urgency ${encoded(urgency).digest}, ${source.length} characters\n`);
