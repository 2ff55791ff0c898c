import { BaseError } from "@cloister/bytes";

/*
 * A seccomp filter as the kernel reads it: instructions of classic BPF, 8 bytes each (linux/filter.h,
 * linux/seccomp.h). The sandbox has no network to begin with; this leaves it no way to make one, to look into
 * other processes, or to change what is mounted.
 */

interface Machine {
  /** AUDIT_ARCH_…, linux/audit.h. */
  readonly arch: number;
  readonly socket: number;
  readonly denied: readonly number[];
}

/*
 * ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root, chroot, unshare, setns, keyctl,
 * add_key, request_key, bpf, perf_event_open, userfaultfd, kexec_load, init_module, finit_module,
 * delete_module, open_by_handle_at, io_uring_setup, io_uring_enter, io_uring_register.
 */
const machines: Readonly<Record<string, Machine>> = {
  x64: {
    arch: 0xc000_003e,
    socket: 41,
    denied: [
      101, 310, 311, 165, 166, 155, 161, 272, 308, 250, 248, 249, 321, 298, 323, 246, 175, 313, 176, 304, 425,
      426, 427,
    ],
  },
  arm64: {
    arch: 0xc000_00b7,
    socket: 198,
    denied: [
      117, 270, 271, 40, 39, 41, 51, 97, 268, 219, 217, 218, 280, 241, 282, 104, 105, 273, 106, 265, 425, 426,
      427,
    ],
  },
};

const load = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const answer = 0x06;
const allow = 0x7fff_0000;
const kill = 0x8000_0000;
const notPermitted = 0x0005_0001;
/** Offsets in struct seccomp_data. */
const at = { number: 0, arch: 4, firstArgument: 16 } as const;
const unixFamily = 1;
/** Numbers from here on are of the x32 ABI, which would pass by everything below. */
const x32 = 0x4000_0000;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** The filter for this machine. @throws BaseError `SECCOMP_ARCHITECTURE` */
export function seccompFilter(architecture: string): Uint8Array {
  const machine = machines[architecture];
  if (!machine) throw new BaseError("Usage", "SECCOMP_ARCHITECTURE", "the filter is for x64 and arm64");
  const program: Instruction[] = [
    [load, 0, 0, at.arch],
    [jumpIfEqual, 1, 0, machine.arch],
    [answer, 0, 0, kill],
    [load, 0, 0, at.number],
    [jumpIfAtLeast, 0, 1, x32],
    [answer, 0, 0, kill],
    ...machine.denied.flatMap((number): Instruction[] => [
      [jumpIfEqual, 0, 1, number],
      [answer, 0, 0, notPermitted],
    ]),
    [jumpIfEqual, 0, 3, machine.socket],
    [load, 0, 0, at.firstArgument],
    [jumpIfEqual, 1, 0, unixFamily],
    [answer, 0, 0, notPermitted],
    [answer, 0, 0, allow],
  ];
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, ifTrue);
    bytes.setUint8(index * 8 + 3, ifFalse);
    bytes.setUint32(index * 8 + 4, value, true);
  }
  return new Uint8Array(bytes.buffer);
}
