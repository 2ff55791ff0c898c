import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { type CpioEntry, encodeCpio } from "@cloister/attestation/cpio";
import type { EifImage } from "@cloister/attestation/eif";
import { BaseError } from "@cloister/bytes";
import { compileInit, LIBRARIES } from "./init.ts";
import type { InstalledPackages } from "./install.ts";

/** What goes into an image. */
export interface ImageRequest {
  readonly packages: InstalledPackages;
  /** The pinned Node's binary. */
  readonly nodeBinary: string;
  /** The agent: everything in this folder, started by its `main.js`. */
  readonly bundleFolder: string;
  readonly name: string;
  readonly version: string;
  readonly commandLine: string;
  readonly memoryMiB: number;
  readonly cpusCount: number;
  /** Another kernel, such as the one that AWS ships for enclaves. Its drivers must be built in. */
  readonly kernelFile?: string | undefined;
}

/** An image, ready for `buildEif`. */
export type BuiltImage = EifImage;

/** In the order in which the init loads them. */
const modules = [
  "drivers/virtio/virtio_mmio",
  "drivers/misc/nsm",
  "net/vmw_vsock/vsock",
  "net/vmw_vsock/vmw_vsock_virtio_transport_common",
  "net/vmw_vsock/vmw_vsock_virtio_transport",
] as const;
/** What Node's binary is linked to. */
const libraries = [
  "libc.so.6",
  "libdl.so.2",
  "libgcc_s.so.1",
  "libm.so.6",
  "libpthread.so.0",
  "libstdc++.so.6",
] as const;
/** No image says when it was built: it would differ each time. */
const EPOCH = "1970-01-01T00:00:00Z";
const LOADER = "ld-linux-x86-64.so.2";

/**
 * Puts the parts of an image together: ramdisk 0 starts the machine (PCR1), ramdisk 1 is Node and the agent
 * (PCR2). @throws BaseError `ENCLAVE_BUNDLE`, `ENCLAVE_INIT`, and what `encodeCpio` throws
 */
export async function buildImage(request: ImageRequest): Promise<BuiltImage> {
  const { packages, kernelFile, commandLine } = request;
  const release = await kernelRelease(packages.root);
  const kernel = await readFile(kernelFile ?? join(packages.root, "boot", `vmlinuz-${release}`));
  const boot = await bootEntries(packages.root, kernelFile === undefined ? release : undefined);
  const application = await applicationEntries(request);
  return {
    architecture: "x86_64",
    defaultMemoryBytes: request.memoryMiB * 1024 ** 2,
    defaultCpusCount: request.cpusCount,
    kernel,
    commandLine,
    ramdisks: [encodeCpio(boot), encodeCpio(application)],
    metadata: {
      imageName: request.name,
      imageVersion: request.version,
      buildTime: EPOCH,
      buildTool: "cloister enclave build",
      buildToolVersion: request.version,
      operatingSystem: `Debian ${packages.lock.suite}`,
      kernelVersion: kernelFile === undefined ? release : basename(kernelFile),
      custom: Object.fromEntries(
        packages.lock.packages.map(({ name, version, sha256 }) => [name, `${version} sha256:${sha256}`]),
      ),
    },
  };
}

async function bootEntries(root: string, release: string | undefined): Promise<CpioEntry[]> {
  const init: CpioEntry = { kind: "file", path: "init", content: await compileInit(root), executable: true };
  const folders = ["dev", "proc", "run"].map((path): CpioEntry => ({ kind: "folder", path }));
  if (release === undefined) return [init, ...folders];
  const drivers = modules.map((name) =>
    file(
      `modules/${basename(name)}.ko.xz`,
      join(root, "usr/lib/modules", release, "kernel", `${name}.ko.xz`),
    ),
  );
  return [init, ...folders, ...(await Promise.all(drivers))];
}

async function applicationEntries({
  packages,
  nodeBinary,
  bundleFolder,
}: ImageRequest): Promise<CpioEntry[]> {
  const from = (name: string) => join(packages.root, LIBRARIES, name);
  const agent = await folderEntries(bundleFolder);
  if (!agent.some(({ path }) => path === "app/main.js")) {
    throw new BaseError("Usage", "ENCLAVE_BUNDLE", "the bundle has no main.js; name the folder that has it");
  }
  const node = await Promise.all([
    file("usr/bin/node", nodeBinary, true),
    file(`lib64/${LOADER}`, from(LOADER), true),
    ...libraries.map((name) => file(`lib/x86_64-linux-gnu/${name}`, from(name))),
  ]);
  return [...node, ...agent];
}

/** Files and links only; who owns them and when they changed is left out. */
async function folderEntries(folder: string): Promise<CpioEntry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new BaseError("Usage", "ENCLAVE_BUNDLE", "the bundle's folder cannot be read", { cause });
  });
  const entries = found.map(async (entry): Promise<CpioEntry[]> => {
    const source = join(entry.parentPath, entry.name);
    const path = `app/${relative(folder, source).replaceAll(sep, "/")}`;
    if (entry.isFile()) return [await file(path, source)];
    if (entry.isSymbolicLink()) return [{ kind: "link", path, target: await readlink(source) }];
    return [];
  });
  return (await Promise.all(entries)).flat();
}

async function file(path: string, source: string, executable = false): Promise<CpioEntry> {
  return { kind: "file", path, content: await readFile(source), executable };
}

async function kernelRelease(root: string): Promise<string> {
  const [release] = await readdir(join(root, "usr/lib/modules"));
  if (release !== undefined) return release;
  throw new BaseError("Decode", "ENCLAVE_LOCK", "the list of packages has no kernel");
}
