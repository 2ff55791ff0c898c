import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BaseError, isBaseError } from "@cloister/bytes";
import { Apt } from "./apt.ts";
import type { LockedPackage, PackageLock } from "./lock.ts";

const run = promisify(execFile);

/** Packages, unpacked into a folder that nothing else uses. */
export interface InstalledPackages {
  /** What would be / if they were installed. */
  readonly root: string;
  readonly lock: PackageLock;
}

/**
 * Fetches packages and unpacks those whose archive has the locked digest. No script of theirs runs. What is
 * there already is not fetched again.
 * @throws BaseError `ENCLAVE_APT_MISSING`, `ENCLAVE_APT`, `ENCLAVE_PACKAGE_GONE`, `ENCLAVE_PACKAGE_DIGEST`
 */
export async function installPackages(input: {
  readonly folder: string;
  readonly lock: PackageLock;
  readonly mirrorUrl?: string | undefined;
}): Promise<InstalledPackages> {
  const { folder, lock, mirrorUrl } = input;
  const archives = join(folder, "archives");
  const root = join(folder, "root", digestOf(Buffer.from(JSON.stringify(lock))).slice(0, 16));
  await mkdir(archives, { recursive: true });
  const missing = await missingPackages(archives, lock.packages);
  if (missing.length > 0) {
    const apt = await Apt.open(join(folder, "apt"), { suites: [lock.suite], mirrorUrl });
    for (const wanted of missing) await download(apt, archives, wanted, lock.date);
  }
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const { name, sha256 } of lock.packages) {
    const archive = join(archives, `${sha256}.deb`);
    await run("dpkg-deb", ["--extract", archive, root]).catch((cause: unknown) => {
      throw new BaseError("Decode", "ENCLAVE_PACKAGE_UNPACK", `package ${name} does not unpack`, { cause });
    });
  }
  return { root, lock };
}

async function missingPackages(
  archives: string,
  packages: readonly LockedPackage[],
): Promise<LockedPackage[]> {
  const states = packages.map(async (wanted) => {
    const bytes = await readFile(join(archives, `${wanted.sha256}.deb`)).catch(() => undefined);
    return bytes !== undefined && digestOf(bytes) === wanted.sha256 ? [] : [wanted];
  });
  return (await Promise.all(states)).flat();
}

async function download(apt: Apt, archives: string, wanted: LockedPackage, date: string): Promise<void> {
  const { name, version, sha256 } = wanted;
  const inbox = join(archives, "inbox");
  await rm(inbox, { recursive: true, force: true });
  await mkdir(inbox);
  await apt.run("apt-get", ["download", `${name}=${version}`], inbox).catch((cause: unknown) => {
    if (!isBaseError(cause, "ENCLAVE_APT")) throw cause;
    const message = `the mirror has no ${name} ${version} any more; name Debian's snapshot of ${date} with --mirror, or build with --latest`;
    throw new BaseError("Unavailable", "ENCLAVE_PACKAGE_GONE", message, { cause });
  });
  const [file = ""] = await readdir(inbox);
  const bytes = await readFile(join(inbox, file));
  if (digestOf(bytes) !== sha256) {
    const message = `package ${name} has another digest than the locked one; it is not used`;
    throw new BaseError("Verification", "ENCLAVE_PACKAGE_DIGEST", message);
  }
  await writeFile(join(archives, `${sha256}.deb`), bytes);
  await rm(inbox, { recursive: true });
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
