/**
 * `nitro-enclave` boots an image as it is and has a security module whose registers are the image's; `microvm`
 * boots the parts of an image and has none.
 */
export type QemuMachine = "nitro-enclave" | "microvm";

/** What QEMU is told. */
export interface QemuPlan {
  readonly machine: QemuMachine;
  readonly firmware: string | undefined;
  readonly memoryMiB: number;
  readonly cpusCount: number;
  /** Unix socket of the vsock device. */
  readonly vsockSocket: string;
  /** Where the enclave's console goes. */
  readonly consoleFile: string;
  /** KVM where it is, else emulation. */
  readonly accelerator: "kvm" | "tcg";
  readonly boot:
    | { readonly eifFile: string }
    | { readonly kernelFile: string; readonly ramdiskFile: string; readonly commandLine: string };
}

/** No network card, no disk, no display: one console for the log and one vsock device. */
export function qemuArguments(plan: QemuPlan): string[] {
  const { machine, firmware, memoryMiB, cpusCount, vsockSocket, consoleFile, accelerator, boot } = plan;
  const booted =
    "eifFile" in boot
      ? [["-kernel", boot.eifFile]]
      : [
          ["-kernel", boot.kernelFile],
          ["-initrd", boot.ramdiskFile],
          ["-append", boot.commandLine],
        ];
  return [
    firmware === undefined ? [] : ["-L", firmware],
    ...(machine === "nitro-enclave" ? nitroMachine : microvmMachine(memoryMiB)),
    ["-accel", accelerator, "-cpu", "max"],
    ["-smp", String(cpusCount), "-m", `${memoryMiB}M`],
    ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ["-chardev", `socket,id=vsock,path=${vsockSocket}`],
    ["-serial", `file:${consoleFile}`],
    ...booted,
  ].flat();
}

/** ACPI, because Debian's kernel finds devices no other way; real enclaves have none. */
const nitroMachine: readonly string[][] = [["-machine", "nitro-enclave,vsock=vsock,acpi=on"]];

function microvmMachine(memoryMiB: number): string[][] {
  return [
    ["-machine", "microvm,acpi=on,memory-backend=memory"],
    ["-object", `memory-backend-memfd,id=memory,size=${memoryMiB}M,share=on`],
    ["-device", "vhost-user-vsock-device,chardev=vsock"],
  ];
}
