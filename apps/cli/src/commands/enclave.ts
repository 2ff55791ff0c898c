import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { webAddress, wholeNumber } from "../options.ts";
import { progress, report } from "../output.ts";

interface BuildOptions {
  readonly bundle?: string;
  readonly out: string;
  readonly for: "qemu" | "nitro";
  readonly kernel?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly latest: boolean;
  readonly mirror?: string;
  readonly memory: number;
  readonly cpus: number;
  readonly data: string;
  readonly json: boolean;
}

interface RunOptions {
  readonly in: "qemu" | "nitro";
  readonly memory?: number;
  readonly cpus?: number;
  readonly cid?: number;
  readonly debug: boolean;
  readonly kvm: boolean;
  readonly data: string;
  readonly json: boolean;
}

const memory = wholeNumber(64, 1_048_576);
const cpus = wholeNumber(1, 256);

export function addEnclaveCommand(program: Command): void {
  const enclave = program.command("enclave").description("build, measure and run the image of an enclave");
  addBuild(enclave);
  enclave
    .command("measure")
    .description("print what an enclave of this image will attest: PCR0 to PCR2, and PCR8 if it is signed")
    .argument("<image>", "an .eif file")
    .option("--json", "print JSON", false)
    .action(measure);
  enclave
    .command("describe")
    .description("check an image and show its parts, how it was built and who signed it")
    .argument("<image>", "an .eif file")
    .option("--json", "print JSON", false)
    .action(describe);
  addRun(enclave);
}

function addBuild(enclave: Command): void {
  enclave
    .command("build")
    .description(
      "make an image from Debian's packages, the pinned Node and the assistant; the same every time",
    )
    .option("--bundle <dir>", "another agent: a folder with main.js and whatever it reads")
    .requiredOption("--out <file>", "where the image goes")
    .addOption(new Option("--for <machine>", "what it boots on").choices(["qemu", "nitro"]).default("qemu"))
    .option("--kernel <file>", "another kernel, with its drivers built in; needed for nitro")
    .option("--certificate <file>", "sign the image: a PEM certificate for a P-384 key")
    .option("--key <file>", "and its private key, PEM")
    .option(
      "--latest",
      "take the newest packages instead of the locked ones; writes <file>.packages.json",
      false,
    )
    .option(
      "--mirror <address>",
      "another Debian mirror, such as a snapshot of the day of the lock",
      webAddress,
    )
    .option("--memory <MiB>", "memory that the image asks for", memory, 1024)
    .option("--cpus <number>", "CPUs that the image asks for", cpus, 2)
    .option("--data <dir>", "where packages are kept", ".cloister")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample:\n  cloister enclave build --out agent.eif")
    .action(build);
}

function addRun(enclave: Command): void {
  enclave
    .command("run")
    .description("start an enclave and end it with this command")
    .argument("<image>", "an .eif file")
    .addOption(new Option("--in <machine>", "where").choices(["qemu", "nitro"]).default("qemu"))
    .option("--memory <MiB>", "memory; the image's own wish if absent", memory)
    .option("--cpus <number>", "CPUs; the image's own wish if absent", cpus)
    .option(
      "--cid <number>",
      "nitro: vsock address of the enclave, 4 or above",
      wholeNumber(4, 4_294_967_294),
    )
    .option("--debug", "nitro: let the host read the console; clients refuse such an enclave", false)
    .option("--kvm", "qemu: on the processor instead of emulated", false)
    .option("--data <dir>", "where QEMU was installed", ".cloister")
    .option("--json", "print JSON, one line when it started", false)
    .addHelpText("after", "\nBring QEMU with:\n  bash adapters/tee-qemu/install.sh")
    .action(run);
}

async function build(options: BuildOptions): Promise<void> {
  const [{ buildImageFile }, { showPcrs }] = await Promise.all([
    import("../enclave/build.ts"),
    import("../enclave/show.ts"),
  ]);
  progress("fetching packages and putting the image together …");
  const { data, for: machine, memory: memoryMiB, cpus: cpusCount, out, ...rest } = options;
  const built = await buildImageFile({
    ...rest,
    machine,
    memoryMiB,
    cpusCount,
    out: resolve(out),
    packagesFolder: join(resolve(data), "enclave", "packages"),
  });
  report({
    json: options.json,
    value: {
      file: built.file,
      bytes: built.sizeBytes,
      pcrs: Object.fromEntries(showPcrs(built.measurement)),
    },
    lines: [
      `${built.file}, ${(built.sizeBytes / 1e6).toFixed(1)} MB`,
      ...showPcrs(built.measurement).map(([name, value]) => `${name} ${value}`),
    ],
  });
}

async function measure(file: string, { json }: { readonly json: boolean }): Promise<void> {
  const { readImage, showPcrs } = await import("../enclave/show.ts");
  const pcrs = showPcrs((await readImage(file)).measurement);
  report({
    json,
    value: Object.fromEntries(pcrs),
    lines: pcrs.map(([name, value]) => `${name} ${value}`),
  });
}

async function describe(file: string, { json }: { readonly json: boolean }): Promise<void> {
  const { describeImage, readImage } = await import("../enclave/show.ts");
  const { value, lines } = describeImage(await readImage(file));
  report({ json, value, lines });
}

async function run(file: string, options: RunOptions): Promise<void> {
  const [{ runInNitro, runInQemu }, { interruption }] = await Promise.all([
    import("../enclave/run.ts"),
    import("../interruption.ts"),
  ]);
  const { memory: memoryMiB, cpus: cpusCount, cid, debug, kvm, json } = options;
  const common = { eifFile: resolve(file), memoryMiB, cpusCount, json, signal: interruption() };
  if (options.in === "nitro") await runInNitro({ ...common, cid, debug });
  else await runInQemu({ ...common, kvm, folder: join(resolve(options.data), "enclave", "qemu") });
}
