import { execFile } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { buildEif, type EifSigner, measureEif } from "@cloister/attestation/eif";
import { BaseError, fromBase64Url } from "@cloister/bytes";
import {
  buildImage,
  type InstalledPackages,
  installPackages,
  latestLock,
  readLock,
} from "@cloister/tee-image";
import { paths } from "../paths.ts";

const run = promisify(execFile);

/** What `enclave build` was told. */
export interface BuildRequest {
  readonly machine: "qemu" | "nitro";
  /** A folder with `main.js`; the assistant of this checkout where it is left out. */
  readonly bundle?: string;
  readonly out: string;
  readonly kernel?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly latest: boolean;
  readonly mirror?: string;
  readonly memoryMiB: number;
  readonly cpusCount: number;
  readonly packagesFolder: string;
}

/** An image that was written. */
export interface BuiltFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly measurement: ReadonlyMap<number, Uint8Array>;
}

const SUITE = "trixie";
const VERSION = "0.1.0";
/** Freed memory is overwritten; the processor's random numbers count, as there is nothing else at first. */
const always = "console=ttyS0 random.trust_cpu=on init_on_free=1";
const commandLines = {
  // An emulated clock is too slow for the kernel to measure it, so it is told.
  qemu: `reboot=t panic=-1 tsc_early_khz=2000000 ${always}`,
  nitro: `reboot=k panic=30 pci=off ${always}`,
} as const;

/** @throws BaseError `ENCLAVE_KERNEL`, `ENCLAVE_SIGNER`, and what the parts throw */
export async function buildImageFile(request: BuildRequest): Promise<BuiltFile> {
  const { machine, out, kernel } = request;
  if (machine === "nitro" && kernel === undefined) {
    const message = "Debian's kernel finds no devices on Nitro; name AWS's kernel for enclaves with --kernel";
    throw new BaseError("Usage", "ENCLAVE_KERNEL", message);
  }
  if (request.bundle === undefined) return withBundle((bundle) => buildImageFile({ ...request, bundle }));
  const signer = await signerOf(request);
  const image = await buildImage({
    packages: await packagesFor(request),
    nodeBinary: paths.enclaveNode,
    bundleFolder: request.bundle,
    kernelFile: kernel,
    name: "cloister-agent",
    version: VERSION,
    commandLine: commandLines[machine],
    memoryMiB: request.memoryMiB,
    cpusCount: request.cpusCount,
  });
  const bytes = buildEif(image, signer);
  await writeFile(`${out}.part`, bytes);
  await rename(`${out}.part`, out);
  const measurement = measureEif({ ...image, signingCertificate: signer?.certificate });
  return { file: out, sizeBytes: bytes.length, measurement };
}

async function withBundle<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-bundle-"));
  try {
    const args = [paths.enclaveMain, "bundle", "--out", join(folder, "main.js")];
    await run(process.execPath, ["--disable-warning=ExperimentalWarning", ...args]);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function packagesFor(request: BuildRequest): Promise<InstalledPackages> {
  const { packagesFolder: folder, mirror: mirrorUrl, latest, out } = request;
  if (!latest) return installPackages({ folder, lock: await readLock(), mirrorUrl });
  const date = new Date().toISOString().slice(0, 10);
  const lock = await latestLock({ folder: `${folder}/apt`, suite: SUITE, date, mirrorUrl });
  await writeFile(`${out}.packages.json`, `${JSON.stringify(lock, null, 2)}\n`);
  return installPackages({ folder, lock, mirrorUrl });
}

async function signerOf({ certificate, key }: BuildRequest): Promise<EifSigner | undefined> {
  if (certificate === undefined && key === undefined) return undefined;
  try {
    const { raw } = new X509Certificate(await readFile(certificate ?? ""));
    const { crv, d } = createPrivateKey(await readFile(key ?? "")).export({ format: "jwk" });
    if (crv === "P-384" && d !== undefined) return { certificate: raw, privateKey: fromBase64Url(d) };
  } catch (cause) {
    throw signerFault(cause);
  }
  throw signerFault();
}

function signerFault(cause?: unknown): BaseError {
  const message = "signing needs --certificate and --key, PEM files for one P-384 key";
  return new BaseError("Usage", "ENCLAVE_SIGNER", message, { cause });
}
