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
const MiB = 1024 ** 2;

/**
 * Boots an image. The agent inside listens some time later (half a minute under emulation): connect until it
 * answers. @throws BaseError `QEMU_FAILED`, and what `parseEif` throws
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
  for (let waitedMs = 0; waitedMs < DEVICE_TIMEOUT_MS; waitedMs += 50) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await delay(50);
  }
  throw new BaseError("Unavailable", "QEMU_VSOCK", "the vsock device does not listen");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
