import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BaseError } from "@cloister/bytes";
import { z } from "zod";
import { Apt } from "./apt.ts";

const lockForm = z.strictObject({
  suite: z.string().regex(/^[a-z]+$/),
  /** When the versions were current: the date to ask Debian's snapshot archive for. */
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  packages: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/),
        version: z.string().regex(/^[A-Za-z0-9.+~:-]+$/),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(64),
});

/** Every package that goes into an image or makes a part of it, with the digest of its archive. */
export type PackageLock = z.infer<typeof lockForm>;
/** One of them. */
export type LockedPackage = PackageLock["packages"][number];

const KERNEL = "linux-image-cloud-amd64";
/** The kernel, what Node's binary needs, and the compiler of the init. */
const names = ["libc6", "libgcc-s1", "libstdc++6", "tcc"] as const;
const committedLock = fileURLToPath(new URL("../packages.json", import.meta.url));

/** The lock in this repository, or another. @throws BaseError `ENCLAVE_LOCK` */
export async function readLock(file: string = committedLock): Promise<PackageLock> {
  try {
    return lockForm.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new BaseError("Decode", "ENCLAVE_LOCK", "the list of packages is missing or malformed", { cause });
  }
}

/** A lock of what the mirror has now. @throws BaseError `ENCLAVE_APT`, `ENCLAVE_LOCK` */
export async function latestLock(input: {
  readonly folder: string;
  readonly suite: string;
  readonly date: string;
  readonly mirrorUrl?: string | undefined;
}): Promise<PackageLock> {
  const { folder, suite, date, mirrorUrl } = input;
  const apt = await Apt.open(folder, { suites: [suite], mirrorUrl });
  const show = (name: string) =>
    apt.run("apt-cache", ["show", "--no-all-versions", `${name}/${suite}`], folder);
  const kernel = /linux-image-[\d.]+\S*-cloud-amd64/.exec(field(await show(KERNEL), "Depends"))?.[0] ?? "";
  const packages = await Promise.all(
    [kernel, ...names].map(async (name) => {
      const record = await show(name);
      return { name, version: field(record, "Version"), sha256: field(record, "SHA256") };
    }),
  );
  return lockForm.parse({ suite, date, packages });
}

function field(record: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(record)?.[1] ?? "";
}
