import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ParsedEif, parseEif } from "@cloister/attestation/eif";
import { BaseError, concatBytes } from "@cloister/bytes";
import { type QemuPlan, qemuArguments } from "./arguments.ts";
import type { QemuTools } from "./tools.ts";

/** What to boot and on what. */
export interface QemuRequest {
  readonly eifFile: string;
  readonly tools: QemuTools;
  /** At least the image's size four times; the image's default if absent. */
  readonly memoryMiB?: number | undefined;
  readonly cpusCount?: number | undefined;
  readonly accelerator?: QemuPlan["accelerator"] | undefined;
}

/** A running virtual machine. It is ended by {@link QemuEnclave.stop}, or ends by itself when the agent does. */
export interface QemuEnclave {
  /** The image, as it was read and checked before it was booted. */
  readonly image: ParsedEif;
  readonly machine: QemuPlan["machine"];
  /** A Unix socket that leads inside after `CONNECT port`; what `connectChannel` takes. */
  readonly vsock: string;
  readonly port: number;
  /** The console: for looking into a failed start. */
  readonly consoleFile: string;
  /** Settled when the machine has ended. */
  readonly ended: Promise<void>;
  /** Ends the machine and removes what it left. */
  stop(): Promise<void>;
}

/** The port that the init in an image listens on. */
const CHANNEL_PORT = 5005;
/** 0 to 3 are taken: 3 is how an enclave calls its parent. */
const GUEST_CID = 4;
const DEVICE_TIMEOUT_MS = 10_000;
/** Emulated, beside other work. */
const BOOT_TIMEOUT_MS = 240_000;
/** What the init prints when its relays run. */
const INIT_RUNS = "init: started";
const MiB = 1024 ** 2;

/**
 * Boots an image and waits until its init runs: who connects earlier is lost in the vsock device. The agent
 * listens a few seconds later; connections wait for it. @throws BaseError `QEMU_FAILED`, and what `parseEif` throws
 */
export async function startQemu(request: QemuRequest): Promise<QemuEnclave> {
  const { eifFile, tools } = request;
  const image = parseEif(await readFile(eifFile));
  const folder = await mkdtemp(join(tmpdir(), "cloister-qemu-"));
  const vsock = join(folder, "vsock");
  const vsockSocket = join(folder, "device");
  const consoleFile = join(folder, "console.log");
  const boot = tools.machine === "nitro-enclave" ? { eifFile } : await writeParts(folder, image);
  const args = qemuArguments({
    machine: tools.machine,
    firmware: tools.firmware,
    memoryMiB: request.memoryMiB ?? Math.ceil(image.defaultMemoryBytes / MiB),
    cpusCount: request.cpusCount ?? image.defaultCpusCount,
    accelerator: request.accelerator ?? "tcg",
    vsockSocket,
    consoleFile,
    boot,
  });
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const deviceArgs = ["--guest-cid", String(GUEST_CID), "--socket", vsockSocket, "--uds-path", vsock];
    children.push(spawn(tools.vsockDevice, deviceArgs, { stdio: "ignore" }));
    await appears(vsockSocket);
    const log = await open(join(folder, "qemu.log"), "w");
    const qemu = spawn(tools.qemu, args, { stdio: ["ignore", log.fd, log.fd] });
    children.push(qemu);
    await once(qemu, "spawn");
    await log.close();
    const ended = once(qemu, "exit").then(() => undefined);
    await Promise.race([initRuns(consoleFile), ended.then(failed)]);
    return { image, machine: tools.machine, vsock, port: CHANNEL_PORT, consoleFile, ended, stop };
  } catch (cause) {
    await stop();
    throw new BaseError("Unavailable", "QEMU_FAILED", "QEMU did not start; see the cause", { cause });
  }
}

/** The kernel joins ramdisks that follow one another. */
async function writeParts(folder: string, image: ParsedEif) {
  const kernelFile = join(folder, "kernel");
  const ramdiskFile = join(folder, "ramdisk");
  await writeFile(kernelFile, image.kernel);
  await writeFile(ramdiskFile, concatBytes(...image.ramdisks));
  return { kernelFile, ramdiskFile, commandLine: image.commandLine };
}

async function appears(path: string): Promise<void> {
  const isThere = () =>
    access(path).then(
      () => true,
      () => false,
    );
  await until(isThere, DEVICE_TIMEOUT_MS);
}

async function initRuns(consoleFile: string): Promise<void> {
  const says = () =>
    readFile(consoleFile, "latin1").then(
      (text) => text.includes(INIT_RUNS),
      () => false,
    );
  await until(says, BOOT_TIMEOUT_MS);
}

async function until(holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) failed();
    await delay(100);
  }
}

function failed(): never {
  throw new BaseError("Unavailable", "QEMU_ENDED", "the machine ended or did not boot in time");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
