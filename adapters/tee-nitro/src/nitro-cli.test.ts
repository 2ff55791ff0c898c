import { isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { NitroCli, type NitroProgram } from "./index.ts";

const pcr = (digit: string) => digit.repeat(96);
/** Shapes of nitro-cli 1.4, with the progress that it prints before them. */
const runOutput = `Start allocating memory...
Started enclave with enclave-cid: 16, memory: 1024 MiB, cpu-ids: [1, 3]
{
  "EnclaveName": "agent",
  "EnclaveID": "i-0abc0123456789def-enc18f2",
  "ProcessID": 4711,
  "EnclaveCID": 16,
  "NumberOfCPUs": 2,
  "CPUIDs": [1, 3],
  "MemoryMiB": 1024
}`;
const describeOutput = JSON.stringify([
  {
    EnclaveName: "agent",
    EnclaveID: "i-0abc0123456789def-enc18f2",
    ProcessID: 4711,
    EnclaveCID: 16,
    NumberOfCPUs: 2,
    CPUIDs: [1, 3],
    MemoryMiB: 1024,
    State: "RUNNING",
    Flags: "NONE",
    Measurements: {
      HashAlgorithm: "Sha384 { ... }",
      PCR0: pcr("a"),
      PCR1: pcr("b"),
      PCR2: pcr("c"),
      PCR8: pcr("d"),
    },
  },
  {
    EnclaveID: "i-0abc0123456789def-enc18f3",
    ProcessID: 4712,
    EnclaveCID: 17,
    NumberOfCPUs: 2,
    CPUIDs: [5, 7],
    MemoryMiB: 512,
    State: "TERMINATING",
    Flags: "DEBUG_MODE",
  },
]);
const terminateOutput = `Successfully terminated enclave i-0abc0123456789def-enc18f2.
{
  "EnclaveName": "agent",
  "EnclaveID": "i-0abc0123456789def-enc18f2",
  "Terminated": true
}`;

/** Stands in for the program: keeps what it was told, prints what it is told. */
function program(stdout: string, { exitCode = 0, stderr = "" } = {}) {
  const calls: (readonly string[])[] = [];
  const run: NitroProgram = (args) => {
    calls.push(args);
    return Promise.resolve({ exitCode, stdout, stderr });
  };
  return { calls, cli: new NitroCli(run) };
}

const request = { eifFile: "/srv/agent.eif", memoryMiB: 1024, cpusCount: 2, debug: false };
const failed = (code: string) => ({ exitCode: 1, stderr: `[ ${code} ] Something. Details follow.` });

async function failureOf(run: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isBaseError(error)) return { code: error.code, message: error.message };
  throw new Error("it did not fail as it should", { cause: error });
}

describe("nitro-cli", () => {
  it("is told what to run", async () => {
    const { calls, cli } = program(runOutput);
    expect(await cli.run(request)).toEqual({
      id: "i-0abc0123456789def-enc18f2",
      name: "agent",
      cid: 16,
      memoryMiB: 1024,
      cpusCount: 2,
    });
    await cli.run({ ...request, cid: 16, name: "agent", debug: true });
    const always = ["run-enclave", "--eif-path", "/srv/agent.eif", "--memory", "1024", "--cpu-count", "2"];
    expect(calls).toEqual([
      always,
      [...always, "--enclave-cid", "16", "--enclave-name", "agent", "--debug-mode"],
    ]);
  });

  it("says what runs", async () => {
    const { calls, cli } = program(describeOutput);
    const [agent, other] = await cli.describe();
    expect(agent).toMatchObject({ state: "RUNNING", debug: false, cid: 16 });
    expect([...(agent?.pcrs ?? [])].map(([index, value]) => [index, value[0]])).toEqual([
      [0, 0xaa],
      [1, 0xbb],
      [2, 0xcc],
      [8, 0xdd],
    ]);
    expect(other).toMatchObject({ state: "TERMINATING", debug: true, name: undefined, pcrs: undefined });
    expect(calls).toEqual([["describe-enclaves"]]);
  });

  it("ends an enclave", async () => {
    const { calls, cli } = program(terminateOutput);
    await cli.terminate("i-0abc0123456789def-enc18f2");
    expect(calls).toEqual([["terminate-enclave", "--enclave-id", "i-0abc0123456789def-enc18f2"]]);
    await expect(cli.terminate("i-0-enc1")).rejects.toMatchObject({ code: "NITRO_FAILED" });
  });

  it("turns its codes into advice, and repeats nothing that it printed", async () => {
    const memory = await failureOf(program("", failed("E27")).cli.run(request));
    expect(memory.code).toBe("NITRO_FAILED");
    expect(memory.message).toContain("memory_mib");
    expect((await failureOf(program("", failed("E44")).cli.describe())).message).toContain("explain -e E44");
    const silent = await failureOf(program("", { exitCode: 1, stderr: "secret" }).cli.describe());
    expect(silent.message).not.toContain("secret");
  });

  it.each([
    "",
    "done",
    "{",
    "[]",
    JSON.stringify({ EnclaveID: "x" }),
    runOutput.replace('CID": 16', 'CID": 3'),
  ])("refuses another shape: %s", async (stdout) => {
    expect((await failureOf(program(stdout).cli.run(request))).code).toBe("NITRO_OUTPUT");
  });

  it("says where it runs when it is not here", async () => {
    expect((await failureOf(new NitroCli().describe())).code).toBe("NITRO_MISSING");
  });
});
