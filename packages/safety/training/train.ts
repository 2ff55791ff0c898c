/**
 * Trains the models of this package and writes them to `src/model`:
 *
 *     node packages/safety/training/train.ts [urgency] [injection]
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { trainInjection } from "./injection.ts";
import { encoded, type UnencodedModel } from "./stored.ts";
import { hasSharedData } from "./texts.ts";
import { trainUrgency } from "./urgency.ts";

function write(name: string, body: string): void {
  const head = `// Written by packages/safety/training/train.ts; change the texts there and run it again.
import type { StoredModel } from "./linear.ts";
`;
  writeFileSync(new URL(`../src/model/${name}.ts`, import.meta.url), `${head}\n${body}`);
  process.stdout.write(`${name}: ${body.length} characters\n`);
}

const source = (model: UnencodedModel): string => JSON.stringify(encoded(model));

function writeUrgency(): void {
  const { urgency, topic } = trainUrgency();
  write(
    "weights-urgency",
    `/** Emergency or not. */
export const urgency: StoredModel = ${source(urgency)};

/** What an emergency is about, in the order of \`emergencyKinds\`. */
export const topic: readonly StoredModel[] = [${topic.map(source).join(",\n")}];
`,
  );
}

function writeInjection(): void {
  const { override, task } = trainInjection();
  write(
    "weights-injection",
    `/** Tells the assistant to drop its rules. */
export const override: StoredModel = ${source(override)};

/** Sets the assistant a task. */
export const task: StoredModel = ${source(task)};
`,
  );
}

if (!hasSharedData) {
  process.stderr.write("training needs the public data in ../shared/data beside the repository\n");
  process.exit(1);
}
const wanted = process.argv.slice(2);
const wants = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
if (wants("urgency")) writeUrgency();
if (wants("injection")) writeInjection();
