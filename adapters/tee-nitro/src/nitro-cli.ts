import { execFile } from "node:child_process";
import { BaseError } from "@cloister/bytes";
import type { z } from "zod";
import {
  type DescribedEnclave,
  describeArguments,
  described,
  type NitroRunRequest,
  runArguments,
  type StartedEnclave,
  started,
  terminateArguments,
  terminated,
} from "./shapes.ts";

/** Runs the program with arguments; resolves with what it printed. */
export type NitroProgram = (
  args: readonly string[],
) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;

/** What the operator can do about nitro-cli's own codes (`nitro-cli explain --error-code …`). */
const advice: Readonly<Record<string, string>> = {
  E19: "it cannot read the image; check the path and its permissions",
  E22: "the host's pool has too few CPUs; raise cpu_count in /etc/nitro_enclaves/allocator.yaml",
  E26: "the memory is too small for this image; give four times its size",
  E27: "the host's pool has too little memory; raise memory_mib in /etc/nitro_enclaves/allocator.yaml",
  E35: "it does not accept the image; build it again",
  E36: "the enclave did not start; run it with --debug and read its console",
  E39: "its process does not answer; are you in the group ne, is the allocator service running?",
};
const TIMEOUT_MS = 180_000;
const MAX_OUTPUT_BYTES = 1_048_576;

/**
 * nitro-cli on an EC2 host with enclaves enabled. Commands and shapes are AWS's; this has not run on such a
 * host yet.
 */
export class NitroCli {
  readonly #program: NitroProgram;

  /** Another program is for tests. */
  constructor(program: NitroProgram = runNitroCli) {
    this.#program = program;
  }

  /** Starts an enclave. @throws BaseError `NITRO_MISSING`, `NITRO_FAILED`, `NITRO_OUTPUT` */
  async run(request: NitroRunRequest): Promise<StartedEnclave> {
    return read(started, await this.#call(runArguments(request)));
  }

  /** Enclaves that run on this host. @throws BaseError `NITRO_MISSING`, `NITRO_FAILED`, `NITRO_OUTPUT` */
  async describe(): Promise<DescribedEnclave[]> {
    return read(described, await this.#call(describeArguments));
  }

  /** Ends an enclave; what it held is gone. @throws BaseError `NITRO_MISSING`, `NITRO_FAILED`, `NITRO_OUTPUT` */
  async terminate(id: string): Promise<void> {
    const answer = read(terminated, await this.#call(terminateArguments(id)));
    if (answer.Terminated && answer.EnclaveID === id) return;
    throw new BaseError("Unavailable", "NITRO_FAILED", "the enclave was not terminated; try again");
  }

  async #call(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#program(args);
    if (exitCode === 0) return stdout;
    const code = /\[ (E\d{2}) \]/.exec(stderr)?.[1];
    const what = code === undefined ? "see its log" : (advice[code] ?? `see: nitro-cli explain -e ${code}`);
    throw new BaseError("Unavailable", "NITRO_FAILED", `nitro-cli ${args[0]} failed: ${what}`);
  }
}

/** JSON after lines of progress, which some versions print to the same stream. */
function read<T extends z.ZodType>(shape: T, stdout: string): z.output<T> {
  const start = stdout.search(/^[[{]/m);
  try {
    return shape.parse(JSON.parse(start < 0 ? "" : stdout.slice(start)));
  } catch (cause) {
    const message =
      "nitro-cli printed what this version does not know; compare its version with docs/enclave.md";
    throw new BaseError("Decode", "NITRO_OUTPUT", message, { cause });
  }
}

const runNitroCli: NitroProgram = (args) =>
  new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    const child = execFile("nitro-cli", [...args], options, (error, stdout, stderr) => {
      if (error !== null && error.code === "ENOENT") {
        const message = "nitro-cli is not here; run this on an EC2 host with Nitro Enclaves enabled";
        reject(new BaseError("Usage", "NITRO_MISSING", message));
        return;
      }
      resolve({ exitCode: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr });
    });
  });
