import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import type { QemuMachine } from "./arguments.ts";

const run = promisify(execFile);

/** Programs that boot an image. */
export interface QemuTools {
  readonly qemu: string;
  /** The vsock device, a process beside QEMU. */
  readonly vsockDevice: string;
  /** Where the firmware is, if not where QEMU looks by itself. */
  readonly firmware: string | undefined;
  /** What this QEMU has: the first that it can. */
  readonly machine: QemuMachine;
}

/**
 * Finds what `install.sh` put into a folder, else what the machine has.
 * @throws BaseError `QEMU_MISSING`
 */
export async function findQemu(folder: string): Promise<QemuTools> {
  const own = {
    qemu: join(folder, "bin", "qemu-system-x86_64"),
    vsockDevice: join(folder, "bin", "vhost-device-vsock"),
    firmware: join(folder, "firmware"),
  };
  const isInstalled = await access(own.qemu).then(
    () => true,
    () => false,
  );
  const programs = isInstalled
    ? own
    : { qemu: "qemu-system-x86_64", vsockDevice: "vhost-device-vsock", firmware: undefined };
  const machines = await ask(programs.qemu, ["-machine", "help"]);
  await ask(programs.vsockDevice, ["--version"]);
  return { ...programs, machine: /^nitro-enclave\s/m.test(machines) ? "nitro-enclave" : "microvm" };
}

async function ask(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: 10_000 })).stdout;
  } catch (cause) {
    const message = "QEMU or its vsock device is missing; bring them with: bash adapters/tee-qemu/install.sh";
    throw new BaseError("Unavailable", "QEMU_MISSING", message, { cause });
  }
}
