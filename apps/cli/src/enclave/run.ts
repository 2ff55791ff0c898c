import { once } from "node:events";
import { BaseError, equalBytes } from "@cloister/bytes";
import { NitroCli } from "@cloister/tee-nitro";
import { findQemu, startQemu } from "@cloister/tee-qemu";
import { report } from "../output.ts";
import { readImage, showPcrs } from "./show.ts";

interface RunRequest {
  readonly eifFile: string;
  readonly memoryMiB: number | undefined;
  readonly cpusCount: number | undefined;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Boots an image in QEMU until it ends or this command is ended. */
export async function runInQemu(
  request: RunRequest & { readonly kvm: boolean; readonly folder: string },
): Promise<void> {
  const { kvm, folder, json, signal, ...image } = request;
  const tools = await findQemu(folder);
  const enclave = await startQemu({ ...image, tools, accelerator: kvm ? "kvm" : "tcg" });
  try {
    const { machine, vsock, port, consoleFile } = enclave;
    const pcrs = showPcrs(enclave.image.measurement);
    report({
      json,
      value: { machine, vsock, port, consoleFile, pcrs: Object.fromEntries(pcrs) },
      lines: [
        `${machine} booted`,
        `vsock port ${port} through ${vsock}`,
        `console in ${consoleFile}`,
        ...(machine === "microvm" ? ["no security module here: nothing attests this measurement"] : []),
        ...pcrs.map(([name, value]) => `${name} ${value}`),
      ],
    });
    await Promise.race([enclave.ended, aborted(signal)]);
  } finally {
    await enclave.stop();
  }
}

/**
 * Starts an image on a Nitro host until this command is ended. An enclave whose registers nitro-cli computes
 * differently is ended at once. @throws BaseError `ENCLAVE_MEASUREMENT`
 */
export async function runInNitro(
  request: RunRequest & { readonly cid: number | undefined; readonly debug: boolean },
): Promise<void> {
  const { eifFile, cid, debug, json, signal } = request;
  const image = await readImage(eifFile);
  const cli = new NitroCli();
  const memoryMiB = request.memoryMiB ?? image.defaultMemoryBytes / 1024 ** 2;
  const cpusCount = request.cpusCount ?? image.defaultCpusCount;
  const started = await cli.run({ eifFile, memoryMiB, cpusCount, cid, debug });
  try {
    const running = (await cli.describe()).find(({ id }) => id === started.id);
    const matches = [...image.measurement].every(([index, value]) =>
      equalBytes(running?.pcrs?.get(index) ?? new Uint8Array(), value),
    );
    if (!matches) {
      const message = "nitro-cli measures another image than this file; the enclave is ended";
      throw new BaseError("Verification", "ENCLAVE_MEASUREMENT", message);
    }
    const pcrs = showPcrs(image.measurement);
    report({
      json,
      value: { ...started, pcrs: Object.fromEntries(pcrs) },
      lines: [
        `${started.id} runs, vsock address ${started.cid}, port 5005`,
        ...(debug ? ["in debug mode: clients refuse it"] : []),
        ...pcrs.map(([name, value]) => `${name} ${value}`),
      ],
    });
    await aborted(signal);
  } finally {
    await cli.terminate(started.id);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
