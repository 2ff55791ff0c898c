/** What nitro-cli is told and what it prints (aws-nitro-enclaves-cli 1.4, src/common/json_output.rs). */
import { fromHex } from "@cloister/bytes";
import { z } from "zod";

/** How an image is run. */
export interface NitroRunRequest {
  readonly eifFile: string;
  /** From the host's pool of huge pages; nitro-cli wants four times the image. */
  readonly memoryMiB: number;
  /** Whole cores: an even number where a core has two threads. */
  readonly cpusCount: number;
  /** 4 or above; nitro-cli chooses one if absent. */
  readonly cid?: number | undefined;
  readonly name?: string | undefined;
  /** The host can read the console, and PCRs are zeros: clients refuse such an enclave. */
  readonly debug: boolean;
}

export function runArguments({ eifFile, memoryMiB, cpusCount, cid, name, debug }: NitroRunRequest): string[] {
  return [
    "run-enclave",
    "--eif-path",
    eifFile,
    "--memory",
    String(memoryMiB),
    "--cpu-count",
    String(cpusCount),
    ...(cid === undefined ? [] : ["--enclave-cid", String(cid)]),
    ...(name === undefined ? [] : ["--enclave-name", name]),
    ...(debug ? ["--debug-mode"] : []),
  ];
}

export const describeArguments: readonly string[] = ["describe-enclaves"];

export function terminateArguments(id: string): string[] {
  return ["terminate-enclave", "--enclave-id", id];
}

const pcr = z
  .string()
  .regex(/^[0-9a-f]{96}$/)
  .transform((hex) => fromHex(hex));
const id = z.string().regex(/^[\w-]{1,128}$/);
const common = { EnclaveID: id, EnclaveCID: z.int().min(4), MemoryMiB: z.int().positive() };

export const started = z
  .object({ EnclaveName: z.string(), ...common, NumberOfCPUs: z.int().positive() })
  .transform((fields) => ({
    id: fields.EnclaveID,
    name: fields.EnclaveName,
    cid: fields.EnclaveCID,
    memoryMiB: fields.MemoryMiB,
    cpusCount: fields.NumberOfCPUs,
  }));
/** What `run-enclave` printed. */
export type StartedEnclave = z.output<typeof started>;

export const described = z
  .array(
    z
      .object({
        ...common,
        EnclaveName: z.string().optional(),
        State: z.enum(["EMPTY", "RUNNING", "TERMINATING"]),
        Flags: z.string(),
        Measurements: z.object({ PCR0: pcr, PCR1: pcr, PCR2: pcr, PCR8: pcr.optional() }).optional(),
      })
      .transform(({ Measurements, ...fields }) => ({
        id: fields.EnclaveID,
        name: fields.EnclaveName,
        cid: fields.EnclaveCID,
        memoryMiB: fields.MemoryMiB,
        state: fields.State,
        debug: fields.Flags.includes("DEBUG_MODE"),
        pcrs: measurementOf(Measurements),
      })),
  )
  .max(64);
/** One of what `describe-enclaves` printed. `pcrs` is what nitro-cli computed from the file; clients ask the chip. */
export type DescribedEnclave = z.output<typeof described>[number];

export const terminated = z.object({ EnclaveID: id, Terminated: z.boolean() });

function measurementOf(
  values: Readonly<Record<string, Uint8Array | undefined>> | undefined,
): ReadonlyMap<number, Uint8Array> | undefined {
  if (values === undefined) return undefined;
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[Number(name.slice(3)), value] as const],
  );
  return new Map(entries);
}
