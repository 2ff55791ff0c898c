import { describe, expect, it } from "vitest";
import { findQemu, qemuArguments } from "./index.ts";

const plan = {
  firmware: "/fw",
  memoryMiB: 1024,
  cpusCount: 2,
  vsockSocket: "/run/device",
  consoleFile: "/run/console",
  accelerator: "tcg",
} as const;

describe("QEMU", () => {
  it("boots an image on the machine that measures it", () => {
    const args = qemuArguments({ ...plan, machine: "nitro-enclave", boot: { eifFile: "/a.eif" } });
    expect(args.join(" ")).toBe(
      "-L /fw -machine nitro-enclave,vsock=vsock,acpi=on -accel tcg -cpu max -smp 2 -m 1024M -nodefaults -no-user-config -no-reboot -display none -chardev socket,id=vsock,path=/run/device -serial file:/run/console -kernel /a.eif",
    );
  });

  it("boots the parts of an image where that machine is missing", () => {
    const boot = { kernelFile: "/kernel", ramdiskFile: "/ramdisk", commandLine: "console=ttyS0" };
    const args = qemuArguments({ ...plan, machine: "microvm", firmware: undefined, boot });
    expect(args.join(" ")).toBe(
      "-machine microvm,acpi=on,memory-backend=memory -object memory-backend-memfd,id=memory,size=1024M,share=on -device vhost-user-vsock-device,chardev=vsock -accel tcg -cpu max -smp 2 -m 1024M -nodefaults -no-user-config -no-reboot -display none -chardev socket,id=vsock,path=/run/device -serial file:/run/console -kernel /kernel -initrd /ramdisk -append console=ttyS0",
    );
  });

  it("gives the enclave no network card and no disk, whatever the machine", () => {
    for (const machine of ["nitro-enclave", "microvm"] as const) {
      const args = qemuArguments({ ...plan, machine, boot: { eifFile: "/a.eif" } });
      expect(args).toContain("-nodefaults");
      expect(args.join(" ")).not.toMatch(/-net|-nic|-drive|-blockdev|-virtfs/);
    }
  });

  it("says how to bring it", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      await expect(findQemu("/nonexistent")).rejects.toMatchObject({ code: "QEMU_MISSING" });
    } finally {
      process.env["PATH"] = path;
    }
  });
});
